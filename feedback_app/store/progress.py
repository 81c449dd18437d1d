"""What became of an answer: read, discussed in a meeting, handled."""

from datetime import datetime

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Transaction
from feedback_app.records import Progress

_MOMENTS = ("read_at", "discussed_at", "handled_at")
_STEP = """
    INSERT INTO progress (invitation_id, {columns}) VALUES (:invitation_id, {marks})
    ON CONFLICT (invitation_id) DO UPDATE SET {updates}
"""


def of_answer(source: Database | Transaction, invitation_id: str) -> Progress:
    """Return how far an answer has come; nothing is set when nobody has read it yet."""
    rows = source.ask(
        """SELECT read_at, discussed_at, discussed_week, handled_at FROM progress
           WHERE invitation_id = :id""",
        id=invitation_id,
    )
    if not rows:
        return Progress()
    row = rows[0]
    at = {name: row[name] and from_text(row[name]) for name in _MOMENTS}
    return Progress(discussed_week=row["discussed_week"], **at)


def mark_read(tx: Transaction, invitation_id: str, now: datetime) -> None:
    """Record that a lead read the answer; the first time counts."""
    _first(tx, invitation_id, read_at=now)


def mark_discussed(tx: Transaction, invitation_id: str, week: str, now: datetime) -> None:
    """Record that the meeting of `week` discussed the answer; the first meeting counts."""
    _first(tx, invitation_id, discussed_at=now, discussed_week=week)


def mark_handled(tx: Transaction, invitation_id: str, now: datetime) -> None:
    """Record that everything that was to be done about the answer was done."""
    _first(tx, invitation_id, handled_at=now)


def unmark_handled(tx: Transaction, invitation_id: str) -> None:
    """Record that there is something to do about the answer again."""
    tx.run("UPDATE progress SET handled_at = NULL WHERE invitation_id = :id", id=invitation_id)


def _first(tx: Transaction, invitation_id: str, **values: object) -> None:
    """Set each of these columns unless it was set before."""
    tx.run(
        _STEP.format(
            columns=", ".join(values),
            marks=", ".join(f":{name}" for name in values),
            updates=", ".join(f"{name} = coalesce(progress.{name}, :{name})" for name in values),
        ),
        invitation_id=invitation_id,
        **values,
    )
