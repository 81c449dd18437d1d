"""Answers on the leads' desk: unread ones, and read ones that no meeting has discussed yet.

An answer comes onto the desk when it arrives and leaves it with the meeting, so asking what is
left costs what lies there, not what the history holds.
"""

from datetime import datetime

from feedback_app.database.contract import Database, Transaction
from feedback_app.records import Answer
from feedback_app.store import follow_ups, progress


def add(tx: Transaction, answer: Answer) -> None:
    """Put a new revision onto the desk, unread; also one whose answer was discussed before."""
    tx.run(
        """INSERT INTO open_answers (invitation_id, answered_week, unread_revision)
           VALUES (:invitation_id, :week, :revision)
           ON CONFLICT (invitation_id) DO UPDATE SET unread_revision = :revision""",
        invitation_id=answer.invitation_id,
        week=answer.answered_week,
        revision=answer.revision,
    )


def mark_read(tx: Transaction, invitation_id: str, revision: int, now: datetime) -> bool:
    """Record that a lead read this revision; return whether nothing newer is unread.

    A revision that came in while the lead was looking stays unread.
    """
    progress.mark_read(tx, invitation_id, now)
    tx.run(
        """UPDATE open_answers SET unread_revision = NULL
           WHERE invitation_id = :id AND unread_revision <= :revision""",
        id=invitation_id,
        revision=revision,
    )
    return not tx.ask(
        """SELECT 1 FROM open_answers
           WHERE invitation_id = :id AND unread_revision IS NOT NULL""",
        id=invitation_id,
    )


def count_unread(source: Database | Transaction, week: str) -> int:
    """Return how many answers of `week` nobody has read."""
    rows = source.ask(
        """SELECT count(*) AS answers FROM open_answers
           WHERE unread_revision IS NOT NULL AND answered_week = :week""",
        week=week,
    )
    count: int = rows[0]["answers"]
    return count


def unread(source: Database | Transaction, limit: int) -> list[tuple[str, str]]:
    """Return invitation and week of up to `limit` unread answers, of the oldest week first."""
    rows = source.ask(
        """SELECT invitation_id, answered_week FROM open_answers
           WHERE unread_revision IS NOT NULL ORDER BY answered_week, invitation_id LIMIT :limit""",
        limit=limit,
    )
    return [(row["invitation_id"], row["answered_week"]) for row in rows]


def count_undiscussed(source: Database | Transaction, before: str) -> int:
    """Return how many answers of weeks before `before` no meeting has discussed."""
    rows = source.ask(
        "SELECT count(*) AS answers FROM open_answers WHERE answered_week < :before", before=before
    )
    count: int = rows[0]["answers"]
    return count


def undiscussed(source: Database | Transaction, before: str, limit: int) -> list[str]:
    """Return up to `limit` answers of weeks before `before` that no meeting has discussed.

    Those of the oldest weeks come first.
    """
    rows = source.ask(
        """SELECT invitation_id FROM open_answers WHERE answered_week < :before
           ORDER BY answered_week, invitation_id LIMIT :limit""",
        before=before,
        limit=limit,
    )
    return [row["invitation_id"] for row in rows]


def mark_discussed(tx: Transaction, week: str, now: datetime) -> int:
    """Record that the meeting of `week` discussed every read answer of it and of earlier weeks.

    Return how many there were. Unread ones stay on the desk. Nothing is left to do about one
    without an open follow-up, so it is handled: if only followed-up answers ever were, the
    customer's page would tell whoever has the link that the answer was low.
    """
    rows = tx.ask(
        """DELETE FROM open_answers WHERE unread_revision IS NULL AND answered_week <= :week
           RETURNING invitation_id""",
        week=week,
    )
    for row in rows:
        progress.mark_discussed(tx, row["invitation_id"], week, now)
        known = follow_ups.of_answer(tx, row["invitation_id"])
        if all(one.closed_at for one in known):
            progress.mark_handled(tx, row["invitation_id"], now)
    return len(rows)
