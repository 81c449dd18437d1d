"""What the decision about a closed case depends on, loaded for one or many cases at once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.records import ClosedCase, SeenClosing
from feedback_app.store import cases, opt_outs
from feedback_app.store.rows import in_list

# Both engines allow more parameters in one statement.
_PARAMETERS = 500
_CLOSINGS = """SELECT id, source, case_id, case_number, closure_key, closed_at, contact_email
               FROM cases
               WHERE case_number IN ({0}) OR (source IN ({1}) AND case_id IN ({0}))
               ORDER BY received_at, id"""
_OPT_OUTS = "SELECT contact_digest FROM opt_outs WHERE contact_digest IN ({})"
_INVITED = """SELECT DISTINCT lower(contact_email) AS address
              FROM cases JOIN invitations ON invitations.case_ref = cases.id
              WHERE created_at > :since AND lower(contact_email) IN ({})"""


class KnownCases:
    """Closings to compare new ones with: stored ones, and those that a dry run would store.

    Loading them in batches keeps the preview of a large file fast.
    """

    def __init__(self, source: Database | Transaction) -> None:
        self._source = source
        # A large file has to fit into memory, so only what is compared is kept.
        self._by_case: dict[tuple[str, str], tuple[SeenClosing, ...]] = {}
        self._by_number: dict[str, tuple[SeenClosing, ...]] = {}
        # The case that a contact would be asked about; None for several.
        self._asked: dict[str, tuple[str, str] | None] = {}
        self._addresses: set[str] = set()
        self._opted_out: set[str] = set()
        self._invited: set[str] | None = None

    def load(self, wanted: Sequence[ClosedCase]) -> None:
        """Load what decisions about these cases depend on."""
        sources, named = in_list("s", {case.source for case in wanted})
        keys = {case.case_number for case in wanted} | {case.case_id for case in wanted}
        for row in self._ask(_CLOSINGS, keys, sources, **named):
            identity = (row["source"], row.pop("case_id"))
            seen = SeenClosing(**{**row, "closed_at": from_text(row["closed_at"])})
            self._append(identity, seen)
        self._addresses = {case.contact_email for case in wanted if case.contact_email}
        self._invited = None
        if self._source.ask("SELECT 1 FROM opt_outs LIMIT 1"):
            digests = {opt_outs.digest_of(address) for address in self._addresses}
            self._opted_out = {row["contact_digest"] for row in self._ask(_OPT_OUTS, digests)}

    def add(self, case: ClosedCase, is_asked: bool) -> None:
        """Add a closing that would be stored; `is_asked` counts in the quiet period."""
        identity, address = _identity(case), case.contact_email
        number, key = case.case_number, case.closure_key
        seen = SeenClosing(None, case.source, number, key, case.closed_at, address)
        self._append(identity, seen)
        if is_asked and address:
            is_only = self._asked.get(address.lower(), identity) == identity
            self._asked[address.lower()] = identity if is_only else None

    def is_unknown(self, case: ClosedCase) -> bool:
        """Return whether no known case has this id or number."""
        return case.case_number not in self._by_number and _identity(case) not in self._by_case

    def same_closing(self, case: ClosedCase, within: timedelta) -> SeenClosing | None:
        """Return this closing, or one of the same case less than `within` away; None if none.

        Stored closings come first, then the one with the same closure key, then the latest.
        """
        found = [
            one
            for one in self._by_case.get(_identity(case), ())
            if case.is_same_closing(one.key, one.closed_at, within)
        ]
        return max(
            found,
            key=lambda one: (one.id is not None, one.closure_key == case.key, one.closed_at),
            default=None,
        )

    def likely_duplicate(self, case: ClosedCase, within: timedelta) -> str | None:
        """Return the other source that likely sent this closing before, or None."""
        others = self._by_number.get(case.case_number, ())
        return next((one.source for one in others if case.is_likely_duplicate(one, within)), None)

    def closed_again_later(self, case: ClosedCase) -> bool:
        """Return whether a later closing of the same case is known."""
        closings = self._by_case.get(_identity(case), ())
        return any(one.closed_at > case.closed_at for one in closings)

    def has_opted_out(self, address: str) -> bool:
        """Return whether this address opted out."""
        return bool(self._opted_out) and opt_outs.digest_of(address) in self._opted_out

    def asked_since(self, case: ClosedCase, since: datetime) -> bool:
        """Return whether the contact of `case` is asked about another one, or was after `since`."""
        address, identity = (case.contact_email or "").lower(), _identity(case)
        if self._asked.get(address, identity) != identity:
            return True
        if self._invited is None:
            lowered = {one.lower() for one in self._addresses}
            self._invited = {row["address"] for row in self._ask(_INVITED, lowered, since=since)}
        return address in self._invited and cases.asked_since(self._source, case, since)

    def _append(self, identity: tuple[str, str], seen: SeenClosing) -> None:
        self._by_case[identity] = (*self._by_case.get(identity, ()), seen)
        number = seen.case_number
        self._by_number[number] = (*self._by_number.get(number, ()), seen)

    def _ask(
        self, sql: str, texts: Collection[str], sources: str = "", **values: object
    ) -> list[Row]:
        """Return the rows of a query with `texts`, and the placeholders `sources`, in its IN."""
        rows, listed = [], list(texts)
        for start in range(0, len(listed), _PARAMETERS):
            marks, named = in_list("p", listed[start : start + _PARAMETERS])
            rows += self._source.ask(sql.format(marks, sources), **named, **values)
        return rows


def _identity(case: ClosedCase) -> tuple[str, str]:
    return case.source, case.case_id
