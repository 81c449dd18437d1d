"""Decisions of meetings: what, who, until when, and whether it is done.

Decisions whose text is over its retention period are left out.
"""

from collections.abc import Iterable
from datetime import date, datetime

from feedback_app.base.links import new_id
from feedback_app.database.contract import Database, Readable, Transaction
from feedback_app.records import Decision
from feedback_app.store.rows import in_list

_SELECT = """
    SELECT decisions.id, week, text, written_at, coalesce(owner, '') AS owner, due_on, done_at,
           decisions.invitation_id, case_number
    FROM decisions
    LEFT JOIN invitations ON invitations.id = decisions.invitation_id
    LEFT JOIN cases ON cases.id = invitations.case_ref
    WHERE text IS NOT NULL AND
"""
# Without a due date comes last. "9" is after every date.
_URGENT_FIRST = "ORDER BY coalesce(due_on, '9'), written_at, decisions.id"


def of_week(source: Readable, week: str) -> tuple[Decision, ...]:
    """Return the decisions of a meeting, oldest first."""
    sql = f"{_SELECT} week = :week ORDER BY written_at, decisions.id"
    return tuple(source.records(Decision, sql, week=week))


def still_open(
    database: Database, before: str = "9", limit: int = 100, skipped: int = 0
) -> list[Decision]:
    """Return up to `limit` open decisions of weeks before `before`, after the `skipped`.

    By due date, earliest first.
    """
    sql = f"""{_SELECT} done_at IS NULL AND week < :before {_URGENT_FIRST}
              LIMIT :limit OFFSET :skipped"""
    return database.records(Decision, sql, before=before, limit=limit, skipped=skipped)


def count_open(database: Database) -> int:
    """Return how many decisions are open."""
    sql = "SELECT count(*) FROM decisions WHERE text IS NOT NULL AND done_at IS NULL"
    return database.count(sql)


def count_due(database: Database, by: date) -> int:
    """Return how many open decisions are due on `by` or earlier."""
    sql = """SELECT count(*) FROM decisions
             WHERE text IS NOT NULL AND done_at IS NULL AND due_on <= :by"""
    return database.count(sql, by=by)


def done_last(database: Database, limit: int) -> list[Decision]:
    """Return the last `limit` decisions that were marked as done, newest first."""
    sql = f"{_SELECT} done_at IS NOT NULL ORDER BY done_at DESC, decisions.id LIMIT :limit"
    return database.records(Decision, sql, limit=limit)


def change_owner(tx: Transaction, owner: str, new: str) -> None:
    """Replace the owner, in upper or lower case, of the open decisions that have this one."""
    sql = """UPDATE decisions SET owner = :new
             WHERE done_at IS NULL AND lower(owner) = lower(:owner)"""
    tx.run(sql, owner=owner, new=new)


def find(source: Readable, decision_id: str) -> Decision | None:
    """Return the decision with this id, if it exists."""
    return source.record(Decision, f"{_SELECT} decisions.id = :id", id=decision_id)


def add(
    tx: Transaction,
    week: str,
    invitation_id: str | None,
    text: str,
    now: datetime,
    owner: str = "",
    due_on: date | None = None,
) -> None:
    """Store a decision of the meeting of `week`, about an answer or about the week."""
    tx.insert(
        "decisions",
        id=new_id(),
        week=week,
        invitation_id=invitation_id,
        text=text,
        owner=owner or None,
        due_on=due_on,
        written_at=now,
    )


def change(tx: Transaction, decision_id: str, text: str, owner: str, due_on: date | None) -> None:
    """Replace the text, owner and due date of a decision."""
    sql = "UPDATE decisions SET text = :text, owner = :owner, due_on = :due_on WHERE id = :id"
    tx.run(sql, id=decision_id, text=text, owner=owner or None, due_on=due_on)


def mark_done(tx: Transaction, ids: Iterable[str], now: datetime) -> int:
    """Mark the open ones among these decisions as done; return how many there were."""
    names, values = in_list("id", ids)
    sql = f"UPDATE decisions SET done_at = :now WHERE done_at IS NULL AND id IN ({names})"
    return tx.run(sql, now=now, **values)


def reopen(tx: Transaction, decision_id: str) -> int:
    """Mark a decision as not done; return how many changed."""
    sql = "UPDATE decisions SET done_at = NULL WHERE done_at IS NOT NULL AND id = :id"
    return tx.run(sql, id=decision_id)


def delete(tx: Transaction, decision_id: str) -> bool:
    """Delete a decision; return whether it existed."""
    return tx.changes("DELETE FROM decisions WHERE id = :id", id=decision_id)
