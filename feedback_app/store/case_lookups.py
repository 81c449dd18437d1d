"""What the decision about a closed case depends on, loaded for one or many cases at once."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from itertools import repeat
from operator import and_, is_, itemgetter

from feedback_app.base.times import from_text
from feedback_app.database.contract import Readable, Row
from feedback_app.records import COMPLETED_FIELDS, ClosedCase, SeenClosing, WithheldBecause
from feedback_app.store import cases, opt_outs
from feedback_app.store.earlier_closings import EarlierClosings
from feedback_app.store.rows import in_list, times_in

# Both engines allow more parameters in one statement.
_PARAMETERS = 500
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_completed = itemgetter(*COMPLETED_FIELDS)
_NOTHING = (False,) * len(COMPLETED_FIELDS)
_PATTERNS: dict[tuple[bool, ...], tuple[bool, ...]] = {}
_CLOSINGS = f"""SELECT cases.id, case_id, closed_at, closed_again_at, source, case_number,
                      closure_key, {", ".join(COMPLETED_FIELDS)}, erased_at,
                      CASE WHEN NOT EXISTS (SELECT 1 FROM answers
                                            WHERE invitation_id = invitations.id)
                      THEN withheld_because END AS withheld_because
               FROM cases
               JOIN invitations ON invitations.case_ref = cases.id
               WHERE case_number IN ({{0}}) OR (source IN ({{1}}) AND case_id IN ({{0}}))
               ORDER BY received_at, cases.id"""
_REOPENINGS = """SELECT source, case_id, reopened_at FROM reopenings
                 WHERE source IN ({1}) AND case_id IN ({0})"""
_OPT_OUTS = "SELECT contact_digest FROM opt_outs WHERE contact_digest IN ({})"
_INVITED = """SELECT DISTINCT lower(contact_email) AS address
              FROM cases JOIN invitations ON invitations.case_ref = cases.id
              WHERE created_at > :since AND lower(contact_email) IN ({})"""


class KnownCases:
    """Closings to compare new ones with: stored ones, and those that a dry run would store.

    Loading them in batches keeps the preview of a large file fast. Call `close` at the end.
    """

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._earlier = EarlierClosings()
        # Of the cases of one batch.
        self._by_case: dict[tuple[str, str], tuple[SeenClosing, ...]] = {}
        self._by_number: dict[str, tuple[SeenClosing, ...]] = {}
        # The case that a contact would be asked about, None for several; hashes use less memory.
        self._asked: dict[int, int | None] = {}
        self._addresses: set[str] = set()
        self._opted_out: set[str] = set()
        self._invited: set[str] | None = None
        self._reopened: dict[tuple[str, str], datetime] = {}

    def load(self, wanted: Sequence[ClosedCase]) -> None:
        """Load what decisions about these cases depend on."""
        sources, named = in_list("s", {case.source for case in wanted})
        keys = {case.case_number for case in wanted} | {case.case_id for case in wanted}
        addresses = {case.contact_email for case in wanted}
        self._by_case, self._by_number = {}, {}
        for case_id, seen in self._earlier.find(keys):
            self._append((seen.source, case_id), seen)
        for row in self._ask(_CLOSINGS, keys, sources, **named):
            addresses.add(row["contact_email"])
            identity = row["source"], row["case_id"]
            if all(one.id != row["id"] for one in self._by_case.get(identity, ())):
                self._add(identity, _seen(row))
        if self._source.ask("SELECT 1 FROM reopenings LIMIT 1"):
            case_ids = {case.case_id for case in wanted}
            for row in self._ask(_REOPENINGS, case_ids, sources, **named):
                self._reopened[row["source"], row["case_id"]] = from_text(row["reopened_at"])
        self._addresses = set(filter(None, addresses))
        self._invited = None
        if self._source.ask("SELECT 1 FROM opt_outs LIMIT 1"):
            digests = {opt_outs.digest_of(address) for address in self._addresses}
            self._opted_out = {row["contact_digest"] for row in self._ask(_OPT_OUTS, digests)}

    def add(
        self, case: ClosedCase, withheld: WithheldBecause | None, case_ref: str | None = None
    ) -> None:
        """Add a closing that will be stored under `case_ref`; None in a dry run."""
        seen = SeenClosing(
            case_ref,
            case.source,
            case.case_number,
            case.closure_key,
            case.closed_at,
            case.contact_email,
            _lacks(vars(case)),
            withheld,
        )
        self._add(_identity(case), seen)

    def complete(self, seen: SeenClosing, case: ClosedCase) -> bool:
        """Fill what `seen` lacks from a later delivery of it; return whether it has any of that."""
        lacks = tuple(map(and_, seen.lacks, _lacks(vars(case))))
        is_completed, seen.lacks = lacks != seen.lacks, lacks
        seen.contact_email = seen.contact_email or case.contact_email
        return is_completed

    def add_asked(self, case: ClosedCase) -> None:
        """Let the contact of a case, who would be asked, count in the quiet period."""
        if case.contact_email:
            identity, address = hash(_identity(case)), hash(case.contact_email.lower())
            is_only = self._asked.get(address, identity) == identity
            self._asked[address] = identity if is_only else None

    def close(self) -> None:
        """Delete what was kept of the batches."""
        self._earlier.close()

    def is_unknown(self, case: ClosedCase) -> bool:
        """Return whether no known case has this id or number."""
        return case.case_number not in self._by_number and _identity(case) not in self._by_case

    def same_closing(
        self, case: ClosedCase, within: timedelta, until_reopened: bool = False
    ) -> SeenClosing | None:
        """Return this closing, or one of the same case less than `within` away; None if none.

        A time between the first and the last report of a closing is that closing. With
        `until_reopened`, an earlier closing is the same one unless the case was reopened.
        The one with the same closure key comes first, then the latest.
        """
        found = [
            one
            for one in self._closings(case)
            if case.is_same_closing(one.key, one.closed_at, within)
            or one.closed_at <= case.closed_at <= one.last_closed_at
            or (until_reopened and self._is_still_closed(case, one))
        ]
        return max(
            found,
            key=lambda one: (one.closure_key == case.key, one.closed_at),
            default=None,
        )

    def likely_duplicate(self, case: ClosedCase, within: timedelta) -> str | None:
        """Return the other source that likely sent this closing before, or None."""
        others = self._by_number.get(case.case_number, ())
        return next((one.source for one in others if case.is_likely_duplicate(one, within)), None)

    def closed_again_later(self, case: ClosedCase) -> bool:
        """Return whether a later closing of the same case is known."""
        closings = self._closings(case)
        return bool(closings) and any(one.closed_at > case.closed_at for one in closings)

    def is_open(self, case: ClosedCase) -> bool:
        """Return whether the case was reopened at or after this closing."""
        return bool(self._reopened) and self._reopened_since(case, case.closed_at)

    def has_opted_out(self, address: str) -> bool:
        """Return whether this address opted out."""
        return bool(self._opted_out) and opt_outs.digest_of(address) in self._opted_out

    def asked_since(self, case: ClosedCase, since: datetime) -> bool:
        """Return whether the contact of `case` is asked about another one, or was after `since`."""
        address, identity = (case.contact_email or "").lower(), hash(_identity(case))
        if self._asked.get(hash(address), identity) != identity:
            return True
        if self._invited is None:
            lowered = {one.lower() for one in self._addresses}
            self._invited = {row["address"] for row in self._ask(_INVITED, lowered, since=since)}
        return address in self._invited and cases.asked_since(self._source, case, since)

    def _is_still_closed(self, case: ClosedCase, one: SeenClosing) -> bool:
        """Return whether the case was not reopened between two closings."""
        is_later = case.closed_at > one.closed_at
        return is_later and not self._reopened_since(case, one.last_closed_at)

    def _reopened_since(self, case: ClosedCase, moment: datetime) -> bool:
        known = self._reopened
        return bool(known) and known.get(_identity(case), _NEVER) >= moment

    def _closings(self, case: ClosedCase) -> tuple[SeenClosing, ...]:
        return self._by_case.get(_identity(case), ())

    def _add(self, identity: tuple[str, str], seen: SeenClosing) -> None:
        self._earlier.add(identity[1], seen)
        self._append(identity, seen)

    def _append(self, identity: tuple[str, str], seen: SeenClosing) -> None:
        only = (seen,)
        if (first := self._by_case.setdefault(identity, only)) is not only:
            self._by_case[identity] = (*first, seen)
        number = seen.case_number
        if (first := self._by_number.setdefault(number, only)) is not only:
            self._by_number[number] = (*first, seen)

    def _ask(
        self, sql: str, texts: Collection[str], sources: str = "", **values: object
    ) -> list[Row]:
        """Return the rows of a query with `texts`, and the placeholders `sources`, in its IN."""
        rows, listed = [], list(texts)
        for start in range(0, len(listed), _PARAMETERS):
            marks, named = in_list("p", listed[start : start + _PARAMETERS])
            rows += self._source.ask(sql.format(marks, sources), **named, **values)
        return rows


def _seen(row: Row) -> SeenClosing:
    # Erased personal data stays erased.
    lacks = _NOTHING if row["erased_at"] else _lacks(row)
    names = ("id", "source", "case_number", "closure_key", "contact_email", "withheld_because")
    return SeenClosing(
        **{name: row[name] for name in names},
        **times_in(row, "closed_at", "closed_again_at"),
        lacks=lacks,
    )


def _lacks(values: Row) -> tuple[bool, ...]:
    found = tuple(map(is_, _completed(values), repeat(None)))
    # Nearly all rows of a file lack the same fields.
    return _PATTERNS.setdefault(found, found)


def _identity(case: ClosedCase) -> tuple[str, str]:
    return case.source, case.case_id
