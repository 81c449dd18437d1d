"""Closed cases, one row per closing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from feedback_app.base.links import new_id
from feedback_app.base.times import to_text
from feedback_app.database.contract import Database, Readable, Transaction
from feedback_app.records import CASE_FIELDS, COMPLETED_FIELDS, ClosedCase
from feedback_app.store.rows import in_list, times_in

_TIMES = tuple(name for name, field in CASE_FIELDS.items() if field.kind == "time")
_COLUMNS = ("id", *CASE_FIELDS, "closed_week", "received_at")
_INSERT = f"""
    INSERT INTO cases ({", ".join(_COLUMNS)})
    VALUES ({", ".join(f":{column}" for column in _COLUMNS)})
"""
_CLOSINGS = """SELECT cases.id AS case_ref, invitations.id AS invitation_id, source, case_number,
                      closed_at, customer FROM cases
               JOIN invitations ON invitations.case_ref = cases.id"""


# As in the index cases_by_digits.
_LEADING_SIGNS = "0-_#/. "
_LEADING = f"abcdefghijklmnopqrstuvwxyz{_LEADING_SIGNS}"
_STRIPPED = f"ltrim(lower(case_number), '{_LEADING}')"
# In PostgreSQL, only this collation sorts by code point.
_DIGITS = {"sqlite": _STRIPPED, "postgresql": f'{_STRIPPED} COLLATE "C"'}
_LONGEST_NUMBER = 50


class StoredClosing(NamedTuple):
    """What identifies a stored closing of a case to a person."""

    case_ref: str
    invitation_id: str
    source: str
    case_number: str
    closed_at: datetime
    customer: str | None


class Completion(NamedTuple):
    """A stored closing after a later delivery of it, and the fields in which the two differ."""

    case: ClosedCase
    is_completed: bool
    differing: tuple[str, ...]


def add(tx: Transaction, case: ClosedCase, closed_week: str, now: datetime) -> str:
    """Store `case` and return its new key. This closing must not be stored yet."""
    key = new_id()
    add_all(tx, [(key, case, closed_week)], now)
    return key


def add_all(tx: Transaction, rows: Iterable[tuple[str, ClosedCase, str]], now: datetime) -> None:
    """Store cases under their new keys, each with the week in which it was closed."""
    values = (
        {"id": key, "closed_week": closed_week, "received_at": now, **vars(case)}
        for key, case, closed_week in rows
    )
    tx.run_many(_INSERT, values)


def correct_address(tx: Transaction, case_ref: str, address: str) -> bool:
    """Replace the contact's address of a case; return False if the case was erased on request."""
    sql = "UPDATE cases SET contact_email = :address WHERE id = :id AND erased_at IS NULL"
    return tx.changes(sql, id=case_ref, address=address)


def kind_and_team(source: Readable, case_ref: str) -> tuple[str | None, str | None]:
    """Return case kind and team of a closing."""
    (row,) = source.ask("SELECT case_kind, team FROM cases WHERE id = :id", id=case_ref)
    return row["case_kind"], row["team"]


def correct(tx: Transaction, case_ref: str, kind: str | None, team: str | None) -> None:
    """Replace case kind and team of a closing."""
    sql = "UPDATE cases SET case_kind = :kind, team = :team WHERE id = :id"
    tx.run(sql, kind=kind, team=team, id=case_ref)


def complete(
    tx: Transaction, case_ref: str, case: ClosedCase, closed_since: datetime
) -> Completion:
    """Fill the empty fields of a stored closing from `case`, a later delivery of it.

    Nothing is overwritten. A case that closed before `closed_since` or was erased on request stays
    as it is.
    """
    sql = f"SELECT {', '.join(CASE_FIELDS)}, closed_again_at, erased_at FROM cases WHERE id = :id"
    (row,) = tx.ask(sql, id=case_ref)
    closed_again_at, erased_at = row.pop("closed_again_at"), row.pop("erased_at")
    stored = ClosedCase(**row | times_in(row, *_TIMES))
    stays = erased_at or stored.closed_at < closed_since
    completed = stored if stays else stored.completed_by(case)
    changes = {
        name: value
        for name, value in vars(completed).items()
        if value is not None and getattr(stored, name) is None
    }
    is_completed = bool(changes)
    if to_text(case.closed_at) > (closed_again_at or to_text(stored.closed_at)):
        changes["closed_again_at"] = case.closed_at
    if changes:
        assigned = ", ".join(f"{name} = :{name}" for name in changes)
        tx.run(f"UPDATE cases SET {assigned} WHERE id = :id", id=case_ref, **changes)
    differing = [
        name
        for name in COMPLETED_FIELDS
        if getattr(case, name) not in (None, getattr(completed, name))
    ]
    return Completion(completed, is_completed, () if stays else tuple(differing))


def is_known_near(source: Readable, case: ClosedCase, within: timedelta) -> bool:
    """Return whether a closing of this case, by id or number, is stored less than `within` away.

    If a closing was reported several times, the distance to the nearest of them counts.
    """
    return source.exists(
        """SELECT 1 FROM cases
           WHERE source = :source AND (case_id = :case_id OR case_number = :case_number)
             AND closed_at < :latest AND coalesce(closed_again_at, closed_at) > :earliest
           LIMIT 1""",
        source=case.source,
        case_id=case.case_id,
        case_number=case.case_number,
        earliest=case.closed_at - within,
        latest=case.closed_at + within,
    )


def has_source(tx: Readable, source: str) -> bool:
    """Return whether any closed case of this source is stored."""
    return tx.exists("SELECT 1 FROM cases WHERE source = :source LIMIT 1", source=source)


def asked_since(source: Readable, case: ClosedCase, since: datetime) -> bool:
    """Return whether the contact of `case` has an invitation created after `since`.

    An unanswered invitation for an earlier closing of the same case does not count, because the
    new invitation replaces it.
    """
    return source.exists(
        """SELECT 1 FROM cases JOIN invitations ON invitations.case_ref = cases.id
           WHERE lower(contact_email) = lower(:email) AND created_at > :since
             AND withheld_because IS NULL AND bounced_at IS NULL
             AND (source <> :source OR case_id <> :case_id OR EXISTS (
                 SELECT 1 FROM answers WHERE answers.invitation_id = invitations.id))
           LIMIT 1""",
        email=case.contact_email,
        source=case.source,
        case_id=case.case_id,
        since=since,
    )


def closings_of_number(
    source: Readable, case_number: str, case_source: str | None = None
) -> list[StoredClosing]:
    """Return the closings of the cases with this number, ordered by closing time.

    With `case_source`, only those of that source.
    """
    sql = f"{_CLOSINGS} WHERE case_number = :number ORDER BY closed_at, cases.received_at"
    found = source.records(StoredClosing, sql, number=case_number)
    return [one for one in found if case_source in (None, one.source)]


def numbered_like(
    database: Database, typed: str, limit: int, answered: bool
) -> list[StoredClosing]:
    """Return up to `limit` closings whose number begins with `typed`, exact ones first.

    Leading letters and zeros may be left out, or typed although the number lacks them: "12" and
    "SP-12" find SP-0012, and "SP-12" finds 0012. With `answered`, only answered ones are returned.
    """
    lowered = typed.lower()
    digits = lowered.lstrip(_LEADING)
    if not digits or len(typed) > _LONGEST_NUMBER:
        return []
    prefix = lowered.removesuffix(digits).rstrip(_LEADING_SIGNS)
    number = _DIGITS[database.engine]
    only = "AND EXISTS (SELECT 1 FROM answers WHERE invitation_id = invitations.id)"
    # A number without letters has no upper and lower case.
    alike = """AND (substr(lower(case_number), 1, :length) = :prefix
                    OR lower(case_number) = upper(case_number))"""
    return database.records(
        StoredClosing,
        f"""{_CLOSINGS} WHERE {number} >= :digits AND {number} < :after
            {only if answered else ""} {alike if prefix else ""}
            ORDER BY {number}, closed_at DESC LIMIT :limit""",
        digits=digits,
        after=f"{digits}\U0010ffff",
        length=len(prefix),
        prefix=prefix,
        limit=limit,
    )


def closings_of_contact(
    source: Readable, spellings: Iterable[str], invitation_ids: Iterable[str] = ()
) -> list[StoredClosing]:
    """Return the closings with one of these addresses, in lower case, or these invitations.

    They are ordered by closing time.
    """
    names, addresses = in_list("address", spellings)
    ids, known = in_list("id", invitation_ids)
    sql = f"""{_CLOSINGS} WHERE cases.id IN (
                  SELECT id FROM cases WHERE lower(contact_email) IN ({names})
                  UNION ALL SELECT case_ref FROM invitations WHERE id IN ({ids}))
              ORDER BY closed_at, cases.received_at"""
    return source.records(StoredClosing, sql, **addresses, **known)
