"""What the decision about a closed case depends on: queried, loaded for many cases, or planned."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feedback_app.base.times import from_text, to_text
from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.records import ClosedCase, SeenClosing
from feedback_app.store import cases, opt_outs

_Identity = tuple[str, str]

# Both engines allow more parameters in one statement.
_PARAMETERS = 500


class QueriedCases:
    """Answers each question with a query, so that a transaction sees its own changes."""

    def __init__(self, source: Database | Transaction) -> None:
        self._source = source

    def same_closing(self, case: ClosedCase, within: timedelta) -> str | None:
        """Return the key of this closing, as `cases.same_closing` does."""
        return cases.same_closing(self._source, case, within)

    def likely_duplicate(self, case: ClosedCase, within: timedelta) -> str | None:
        """Return the other source of this closing, as `cases.likely_duplicate` does."""
        return cases.likely_duplicate(self._source, case, within)

    def closed_again_later(self, case: ClosedCase) -> bool:
        """Return whether a later closing of the same case is stored."""
        return cases.closed_again_later(self._source, case)

    def has_opted_out(self, address: str) -> bool:
        """Return whether this address opted out."""
        return opt_outs.holds(self._source, address)

    def asked_since(self, case: ClosedCase, since: datetime) -> bool:
        """Return whether the contact of `case` was asked about another case after `since`."""
        return cases.asked_since(self._source, case, since)


class LoadedCases:
    """Answers the same questions about these cases from a few queries made before.

    A preview of a large file would otherwise spend most of its time in queries.
    """

    def __init__(self, source: Database, wanted: Sequence[ClosedCase]) -> None:
        self._source = source
        self._closings: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self._by_number: dict[str, list[SeenClosing]] = defaultdict(list)
        keys = {case.case_number for case in wanted} | {case.case_id for case in wanted}
        for row in _in_parts(source, _CLOSINGS, keys, sources={case.source for case in wanted}):
            row["closed_at"] = from_text(row["closed_at"])
            self._closings[row["source"], row["case_id"]].append(row)
            seen = SeenClosing(*(row[name] for name in SeenClosing._fields))
            self._by_number[row["case_number"]].append(seen)
        addresses = {case.contact_email for case in wanted if case.contact_email}
        self._opted_out: set[str] = set()
        if source.ask("SELECT 1 FROM opt_outs LIMIT 1"):
            digests = {opt_outs.digest_of(address): address for address in addresses}
            for row in _in_parts(source, _OPT_OUTS, digests):
                self._opted_out.add(row["contact_digest"])
        self._invited: set[str] | None = None
        self._addresses = addresses

    def is_unknown(self, case: ClosedCase) -> bool:
        """Return whether no stored case has this id or number."""
        return (
            case.case_number not in self._by_number
            and (case.source, case.case_id) not in self._closings
        )

    def same_closing(self, case: ClosedCase, within: timedelta) -> str | None:
        """Return the key of this closing, as `cases.same_closing` does."""
        found = [
            (row["closure_key"] == case.key, row["closed_at"], row["id"])
            for row in self._closings.get((case.source, case.case_id), ())
            if case.is_same_closing(row["closure_key"], row["closed_at"], within)
        ]
        return max(found)[2] if found else None

    def likely_duplicate(self, case: ClosedCase, within: timedelta) -> str | None:
        """Return the other source of this closing, as `cases.likely_duplicate` does."""
        others = self._by_number.get(case.case_number, ())
        return next((one.source for one in others if case.is_likely_duplicate(one, within)), None)

    def closed_again_later(self, case: ClosedCase) -> bool:
        """Return whether a later closing of the same case is stored."""
        rows = self._closings.get((case.source, case.case_id), ())
        return any(row["closed_at"] > case.closed_at for row in rows)

    def has_opted_out(self, address: str) -> bool:
        """Return whether this address opted out."""
        return bool(self._opted_out) and opt_outs.digest_of(address) in self._opted_out

    def asked_since(self, case: ClosedCase, since: datetime) -> bool:
        """Return whether the contact of `case` was asked about another case after `since`."""
        if self._invited is None:
            lowered = {address.lower() for address in self._addresses}
            rows = _in_parts(self._source, _INVITED, lowered, since=since)
            self._invited = {row["address"] for row in rows}
        is_candidate = (case.contact_email or "").lower() in self._invited
        return is_candidate and cases.asked_since(self._source, case, since)


_CLOSINGS = """SELECT id, source, case_id, case_number, closure_key, closed_at, contact_email
               FROM cases
               WHERE case_number IN ({0}) OR (source IN ({1}) AND case_id IN ({0}))
               ORDER BY received_at, id"""
_OPT_OUTS = "SELECT contact_digest FROM opt_outs WHERE contact_digest IN ({})"
_INVITED = """SELECT DISTINCT lower(contact_email) AS address
              FROM cases JOIN invitations ON invitations.case_ref = cases.id
              WHERE created_at > :since AND lower(contact_email) IN ({})"""


def _in_parts(
    source: Database,
    sql: str,
    texts: Collection[str],
    sources: Collection[str] = (),
    **values: object,
) -> list[Row]:
    """Return the rows of a query with `texts` and `sources` as the lists of its IN."""
    rows, listed = [], list(texts)
    named_sources = {f"s{at}": name for at, name in enumerate(sources)}
    for start in range(0, len(listed), _PARAMETERS):
        named = {f"p{at}": text for at, text in enumerate(listed[start : start + _PARAMETERS])}
        statement = sql.format(_marks(named), _marks(named_sources))
        rows += source.ask(statement, **named, **named_sources, **values)
    return rows


def _marks(names: Iterable[str]) -> str:
    return ", ".join(f":{name}" for name in names)


@dataclass(frozen=True)
class PlannedCases:
    """The cases that a dry run decided about and did not store.

    `CaseIntake.decide` treats them as if they were in the database.
    """

    # A large file has to fit into memory, so only what is compared is kept.
    _closings: dict[_Identity, tuple[SeenClosing, ...]] = field(default_factory=dict)
    _by_number: dict[str, tuple[SeenClosing, ...]] = field(default_factory=dict)
    # The case that a contact is asked about; None for several.
    _asked: dict[str, _Identity | None] = field(default_factory=dict)

    def add(self, case: ClosedCase, is_asked: bool) -> None:
        """Record a new closing, and whether its customer is asked, for the quiet period."""
        identity = _identity(case)
        planned = SeenClosing(
            case.source, case.case_number, case.closure_key, case.closed_at, case.contact_email
        )
        self._closings[identity] = (*self._closings.get(identity, ()), planned)
        number = case.case_number
        self._by_number[number] = (*self._by_number.get(number, ()), planned)
        if is_asked and case.contact_email:
            address = case.contact_email.lower()
            is_only = self._asked.get(address, identity) == identity
            self._asked[address] = identity if is_only else None

    def is_unknown(self, case: ClosedCase) -> bool:
        """Return whether none of these cases has this id or number."""
        return case.case_number not in self._by_number and _identity(case) not in self._closings

    def has_same_closing(self, case: ClosedCase, within: timedelta) -> bool:
        """Return the result that `cases.same_closing` would have for these cases."""
        return any(
            case.is_same_closing(one.closure_key or to_text(one.closed_at), one.closed_at, within)
            for one in self._closings.get(_identity(case), ())
        )

    def likely_duplicate(self, case: ClosedCase, within: timedelta) -> str | None:
        """Return the result that `cases.likely_duplicate` would have for these cases."""
        others = self._by_number.get(case.case_number, ())
        return next((one.source for one in others if case.is_likely_duplicate(one, within)), None)

    def closed_again_later(self, case: ClosedCase) -> bool:
        """Return the result that `cases.closed_again_later` would have for these cases."""
        closings = self._closings.get(_identity(case), ())
        return any(one.closed_at > case.closed_at for one in closings)

    def asked_about_another(self, case: ClosedCase) -> bool:
        """Return the result that `cases.asked_since` would have for these cases."""
        identity = _identity(case)
        return self._asked.get((case.contact_email or "").lower(), identity) != identity


def _identity(case: ClosedCase) -> _Identity:
    return case.source, case.case_id
