"""Whether and when an answer was read, discussed in a meeting and handled."""

from datetime import datetime

from feedback_app.database.contract import Readable, Transaction
from feedback_app.records import Progress
from feedback_app.store.rows import columns_of

_COLUMNS = columns_of(Progress)


def of_answer(source: Readable, invitation_id: str) -> Progress:
    """Return the progress of an answer; every field is None until a lead reads it."""
    sql = f"SELECT {_COLUMNS} FROM progress WHERE invitation_id = :id"
    return source.record(Progress, sql, id=invitation_id) or Progress()


def mark_read(tx: Transaction, invitation_id: str, now: datetime) -> None:
    """Record that a lead read the answer. The first time is kept."""
    _first(tx, invitation_id, "read_at", now)


def mark_handled(tx: Transaction, invitation_id: str, now: datetime) -> None:
    """Record that nothing is left to do about the answer."""
    _first(tx, invitation_id, "handled_at", now)


def unmark_handled(tx: Transaction, invitation_id: str) -> None:
    """Record that something is left to do about the answer."""
    tx.run("UPDATE progress SET handled_at = NULL WHERE invitation_id = :id", id=invitation_id)


def _first(tx: Transaction, invitation_id: str, column: str, now: datetime) -> None:
    """Set this column if it is still NULL."""
    sql = f"""INSERT INTO progress (invitation_id, {column}) VALUES (:invitation_id, :now)
              ON CONFLICT (invitation_id)
              DO UPDATE SET {column} = coalesce(progress.{column}, :now)"""
    tx.run(sql, invitation_id=invitation_id, now=now)
