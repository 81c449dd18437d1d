"""The reading queue: answers that are unread, or that no meeting has discussed yet.

An answer joins the queue when it arrives and leaves it after the meeting, so queries only read
the open answers and not the whole history.
"""

from datetime import datetime
from typing import Literal

from feedback_app.base.text import clean
from feedback_app.database.contract import Database, Readable, Transaction
from feedback_app.records import Answer
from feedback_app.store import progress

Order = Literal["newest", "oldest"]
# So many answers of earlier weeks are shown in a meeting.
MOST_UNDISCUSSED = 100
_READ = "unread_revision IS NULL AND answered_week <= :week"
_UNREAD = "FROM open_answers WHERE unread_revision IS NOT NULL"


def add(tx: Transaction, answer: Answer) -> None:
    """Add a new revision as unread, even if the answer was discussed before."""
    tx.run(
        """INSERT INTO open_answers (invitation_id, answered_week, unread_revision)
           VALUES (:invitation_id, :week, :revision)
           ON CONFLICT (invitation_id) DO UPDATE SET unread_revision = :revision""",
        invitation_id=answer.invitation_id,
        week=answer.answered_week,
        revision=answer.revision,
    )


def mark_read(tx: Transaction, invitation_id: str, revision: int, now: datetime) -> bool:
    """Mark this revision as read; return whether no newer one is unread.

    A revision that arrived while the lead was reading stays unread.
    """
    progress.mark_read(tx, invitation_id, now)
    sql = """UPDATE open_answers SET unread_revision = NULL
             WHERE invitation_id = :id AND unread_revision <= :revision"""
    tx.run(sql, id=invitation_id, revision=revision)
    return not is_unread(tx, invitation_id)


def remove(tx: Transaction, invitation_id: str) -> None:
    """Remove an answer from the queue."""
    tx.run("DELETE FROM open_answers WHERE invitation_id = :id", id=invitation_id)


def is_unread(tx: Transaction, invitation_id: str) -> bool:
    """Return whether the newest revision of an answer is unread."""
    return tx.exists(f"SELECT 1 {_UNREAD} AND invitation_id = :id", id=invitation_id)


def week_to_read(source: Readable, wanted: str, order: Order) -> str:
    """Return `wanted` if it has unread answers, else the newest or oldest week with some, or ""."""
    if wanted and count_unread(source, clean(wanted)):
        return clean(wanted)
    end = "max" if order == "newest" else "min"
    return source.value(f"SELECT {end}(answered_week) {_UNREAD}") or ""


def unread_weeks_around(source: Readable, week: str) -> tuple[str | None, str | None]:
    """Return the next earlier and the next later week with unread answers."""
    earlier = f"SELECT max(answered_week) {_UNREAD} AND answered_week < :week"
    later = f"SELECT min(answered_week) {_UNREAD} AND answered_week > :week"
    return source.value(earlier, week=week), source.value(later, week=week)


def count_unread(source: Readable, week: str) -> int:
    """Return how many answers of `week` are unread."""
    return source.count(f"SELECT count(*) {_UNREAD} AND answered_week = :week", week=week)


def count_all_unread(database: Database) -> int:
    """Return how many answers of all weeks are unread."""
    return database.count(f"SELECT count(*) {_UNREAD}")


def count_undiscussed(source: Readable, before: str) -> int:
    """Return how many answers of earlier weeks than `before` were not discussed yet."""
    sql = "SELECT count(*) FROM open_answers WHERE answered_week < :before"
    return source.count(sql, before=before)


def undiscussed(source: Readable, before: str, limit: int) -> list[str]:
    """Return up to `limit` answers of earlier weeks than `before` that were not discussed yet.

    Ordered by week, oldest first.
    """
    sql = """SELECT invitation_id FROM open_answers WHERE answered_week < :before
             ORDER BY answered_week, invitation_id LIMIT :limit"""
    return source.column(sql, before=before, limit=limit)


def mark_discussed(tx: Transaction, week: str, now: datetime) -> int:
    """Mark the read answers of `week` and earlier weeks as discussed; return how many.

    Unread ones stay in the queue. Answers without an open follow-up are marked as handled. If only
    answers with a follow-up were, the customer's page would reveal which answers were low.
    """
    # In a fixed order, so that two transactions cannot deadlock.
    tx.run(
        f"""INSERT INTO progress (invitation_id, discussed_at, discussed_week, handled_at)
            SELECT invitation_id, :now, :week, CASE WHEN NOT EXISTS (
                       SELECT 1 FROM follow_ups WHERE closed_at IS NULL
                           AND follow_ups.invitation_id = open_answers.invitation_id) THEN :now END
            FROM open_answers WHERE {_READ} ORDER BY invitation_id
            ON CONFLICT (invitation_id) DO UPDATE SET
                discussed_at = coalesce(progress.discussed_at, excluded.discussed_at),
                discussed_week = coalesce(progress.discussed_week, excluded.discussed_week),
                handled_at = coalesce(progress.handled_at, excluded.handled_at)""",
        week=week,
        now=now,
    )
    # Not what a lead read meanwhile: it waits for the next meeting.
    sql = f"""DELETE FROM open_answers WHERE {_READ} AND EXISTS (
                  SELECT 1 FROM progress WHERE discussed_at IS NOT NULL
                      AND progress.invitation_id = open_answers.invitation_id)"""
    return tx.run(sql, week=week)
