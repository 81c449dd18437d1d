"""Whether and when an answer was read, discussed in a meeting and handled."""

from datetime import datetime

from feedback_app.database.contract import Database, Transaction
from feedback_app.records import Progress
from feedback_app.store.rows import times_in

_TIMES = ("read_at", "discussed_at", "handled_at")
_STEP = """
    INSERT INTO progress (invitation_id, {columns}) VALUES (:invitation_id, {marks})
    ON CONFLICT (invitation_id) DO UPDATE SET {updates}
"""


def of_answer(source: Database | Transaction, invitation_id: str) -> Progress:
    """Return the progress of an answer; every field is None until a lead reads it."""
    rows = source.ask(
        """SELECT read_at, discussed_at, discussed_week, handled_at FROM progress
           WHERE invitation_id = :id""",
        id=invitation_id,
    )
    if not rows:
        return Progress()
    row = rows[0]
    return Progress(discussed_week=row["discussed_week"], **times_in(row, *_TIMES))


def mark_read(tx: Transaction, invitation_id: str, now: datetime) -> None:
    """Record that a lead read the answer. The first time is kept."""
    _first(tx, invitation_id, read_at=now)


def mark_handled(tx: Transaction, invitation_id: str, now: datetime) -> None:
    """Record that nothing is left to do about the answer."""
    _first(tx, invitation_id, handled_at=now)


def unmark_handled(tx: Transaction, invitation_id: str) -> None:
    """Record that something is left to do about the answer."""
    tx.run("UPDATE progress SET handled_at = NULL WHERE invitation_id = :id", id=invitation_id)


def _first(tx: Transaction, invitation_id: str, **values: object) -> None:
    """Set each of these columns that is still NULL."""
    tx.run(
        _STEP.format(
            columns=", ".join(values),
            marks=", ".join(f":{name}" for name in values),
            updates=", ".join(f"{name} = coalesce(progress.{name}, :{name})" for name in values),
        ),
        invitation_id=invitation_id,
        **values,
    )
