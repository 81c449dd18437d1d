"""Follow-ups: contacting a customer about an answer.

An answer has at most one open follow-up. A closed one is never reopened; a new one is opened
instead, so the result of the first is kept.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from feedback_app.database.contract import Database, Readable, Transaction
from feedback_app.records import ClosedBecause, FollowUp, FollowUpOutcome
from feedback_app.store import progress
from feedback_app.store.rows import in_list

_COLUMNS = """invitation_id, number, opened_at, due_on, closed_at, outcome,
              coalesce(remark, '') AS remark, coalesce(owner, '') AS owner"""


def open_for(tx: Transaction, invitation_id: str, now: datetime, due_on: date) -> bool:
    """Open a follow-up unless one is open; return whether one was opened.

    The answer then counts as not handled.
    """
    sql = """INSERT INTO follow_ups (invitation_id, number, opened_at, due_on)
             SELECT :id, 1 + (SELECT count(*) FROM follow_ups WHERE invitation_id = :id),
                    :now, :due_on
             WHERE NOT EXISTS (SELECT 1 FROM follow_ups
                               WHERE invitation_id = :id AND closed_at IS NULL)
             ON CONFLICT (invitation_id, number) DO NOTHING"""
    opened = tx.run(sql, id=invitation_id, now=now, due_on=due_on)
    if opened:
        progress.unmark_handled(tx, invitation_id)
    return bool(opened)


def close(
    tx: Transaction,
    invitation_id: str,
    number: int,
    outcome: FollowUpOutcome | ClosedBecause,
    remark: str,
    now: datetime,
) -> bool:
    """Close follow-up `number` and mark the answer as handled; return False if it is not open."""
    closed = tx.run(
        """UPDATE follow_ups SET closed_at = :now, outcome = :outcome, remark = :remark
           WHERE invitation_id = :id AND number = :number AND closed_at IS NULL""",
        id=invitation_id,
        number=number,
        now=now,
        outcome=outcome,
        remark=remark or None,
    )
    if closed:
        progress.mark_handled(tx, invitation_id, now)
    return bool(closed)


def plan(tx: Transaction, follow_up: FollowUp, owner: str, due_on: date) -> bool:
    """Set owner and due date of a follow-up; return False if it is not open."""
    return tx.changes(
        """UPDATE follow_ups SET owner = :owner, due_on = :due_on
               WHERE invitation_id = :id AND number = :number AND closed_at IS NULL""",
        id=follow_up.invitation_id,
        number=follow_up.number,
        owner=owner or None,
        due_on=due_on,
    )


def close_of(tx: Transaction, is_contact: Callable[[str], bool], now: datetime) -> None:
    """Close the open follow-ups of the contacts that opted out of surveys."""
    sql = """SELECT follow_ups.invitation_id, number, contact_email FROM follow_ups
             JOIN invitations ON invitations.id = follow_ups.invitation_id
             JOIN cases ON cases.id = invitations.case_ref
             WHERE follow_ups.closed_at IS NULL AND contact_email IS NOT NULL"""
    rows = tx.ask(sql)
    for row in rows:
        if is_contact(row["contact_email"]):
            close(tx, row["invitation_id"], row["number"], "opted_out", "", now)


def of_answer(source: Readable, invitation_id: str) -> list[FollowUp]:
    """Return every follow-up of an answer, oldest first. Only the last one can be open."""
    sql = f"SELECT {_COLUMNS} FROM follow_ups WHERE invitation_id = :id ORDER BY number"
    return source.records(FollowUp, sql, id=invitation_id)


def still_open(
    database: Database, limit: int = 100, skipped: int = 0, owner: str = ""
) -> list[FollowUp]:
    """Return up to `limit` open follow-ups by due date, earliest first, after the `skipped`.

    With `owner`, in upper or lower case, only those of this owner.
    """
    sql = f"""SELECT {_COLUMNS} FROM follow_ups
              WHERE closed_at IS NULL AND (:owner = '' OR lower(owner) = lower(:owner))
              ORDER BY due_on, opened_at, invitation_id LIMIT :limit OFFSET :skipped"""
    return database.records(FollowUp, sql, limit=limit, skipped=skipped, owner=owner)


def closed_last(database: Database, limit: int) -> list[FollowUp]:
    """Return the last `limit` closed follow-ups, newest first."""
    sql = f"""SELECT {_COLUMNS} FROM follow_ups WHERE closed_at IS NOT NULL
              ORDER BY closed_at DESC, invitation_id, number DESC LIMIT :limit"""
    return database.records(FollowUp, sql, limit=limit)


def change_owner(tx: Transaction, owner: str, new: str) -> None:
    """Replace the owner, in upper or lower case, of the open follow-ups that have this one."""
    sql = """UPDATE follow_ups SET owner = :new
             WHERE closed_at IS NULL AND lower(owner) = lower(:owner)"""
    tx.run(sql, owner=owner, new=new)


def count_due(source: Readable, by: date) -> int:
    """Return how many open follow-ups are due on `by` or earlier."""
    sql = "SELECT count(*) FROM follow_ups WHERE closed_at IS NULL AND due_on <= :by"
    return source.count(sql, by=by)


def count_open(database: Database) -> int:
    """Return how many follow-ups are open."""
    return database.count("SELECT count(*) FROM follow_ups WHERE closed_at IS NULL")


def newest_of(source: Readable, ids: Iterable[str]) -> dict[str, FollowUp]:
    """Return the newest follow-up of each of these answers that has one, by invitation id."""
    names, values = in_list("id", ids)
    sql = f"SELECT {_COLUMNS} FROM follow_ups WHERE invitation_id IN ({names}) ORDER BY number"
    return {one.invitation_id: one for one in source.records(FollowUp, sql, **values)}
