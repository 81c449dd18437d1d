"""Annulled answers: they stay stored, but no figure counts them."""

from datetime import datetime

from feedback_app.database.contract import Database, Transaction
from feedback_app.store import answers, progress, reading_queue, week_scores

# Selects when the answer of `{answer}.invitation_id` was annulled, if it is annulled at :as_of.
# Every query for figures leaves out the answers for which this row exists.
ANNULMENT = """(
    SELECT annulled_at FROM annulments AS annulment
    WHERE annulment.invitation_id = {answer}.invitation_id AND annulled_at <= :as_of
      AND (restored_at IS NULL OR restored_at > :as_of))"""


def count(database: Database, first: str, last: str, now: datetime) -> int:
    """Return how many answers that arrived in the weeks `first` to `last` are annulled."""
    return database.count(
        # Starts with the few annulments: the weeks may have many answers.
        """SELECT count(*) FROM annulments CROSS JOIN answers
           WHERE answers.invitation_id = annulments.invitation_id AND revision = 1
             AND answered_week BETWEEN :first AND :last
             AND annulled_at <= :as_of AND (restored_at IS NULL OR restored_at > :as_of)""",
        first=first,
        last=last,
        as_of=now,
    )


def annulled_at(database: Database, invitation_id: str) -> datetime | None:
    """Return when an answer was annulled; None if it counts."""
    sql = "SELECT annulled_at FROM annulments WHERE invitation_id = :id AND restored_at IS NULL"
    return database.time(sql, id=invitation_id)


def annul(tx: Transaction, invitation_id: str, now: datetime) -> bool:
    """Stop counting an answer and remove it from the reading queue.

    Return False if it is annulled already. The customer must not be able to change the answer any
    more.
    """
    answers.lock(tx, invitation_id)
    if not tx.run(
        """INSERT INTO annulments (invitation_id, number, annulled_at)
           SELECT :id, 1 + (SELECT count(*) FROM annulments WHERE invitation_id = :id), :now
           WHERE NOT EXISTS (SELECT 1 FROM annulments
                             WHERE invitation_id = :id AND restored_at IS NULL)""",
        id=invitation_id,
        now=now,
    ):
        return False
    week_scores.change(tx, answers.revisions(tx, invitation_id)[-1], -1)
    reading_queue.remove(tx, invitation_id)
    return True


def restore(tx: Transaction, invitation_id: str, now: datetime) -> bool:
    """Count an annulled answer again; return False if it is not annulled.

    It becomes unread, unless a meeting has discussed it.
    """
    answers.lock(tx, invitation_id)
    if not tx.run(
        """UPDATE annulments SET restored_at = :now
           WHERE invitation_id = :id AND restored_at IS NULL""",
        id=invitation_id,
        now=now,
    ):
        return False
    newest = answers.revisions(tx, invitation_id)[-1]
    week_scores.change(tx, newest, 1)
    if not progress.of_answer(tx, invitation_id).discussed_at:
        reading_queue.add(tx, newest)
    return True
