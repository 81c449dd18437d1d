"""Answers: append-only revisions, the newest counts."""

from collections.abc import Iterable
from datetime import datetime

from feedback_app.base.times import from_text
from feedback_app.database.contract import Readable, Row, Transaction
from feedback_app.records import Answer
from feedback_app.store import reading_queue, week_scores
from feedback_app.store.rows import columns_of, in_list

# Conditions and values of `answers AS newest`.
IS_NEWEST = """
    NOT EXISTS (SELECT 1 FROM answers AS later WHERE later.invitation_id = newest.invitation_id
                AND later.revision > newest.revision)"""
# The same for answers of the weeks :first to :last. Few have a second revision, so later ones are
# not looked for in all of them.
NEWEST_OF_WEEKS = f"""
    NOT (newest.invitation_id IN (SELECT changed.invitation_id FROM answers AS changed
                                  WHERE changed.answered_week BETWEEN :first AND :last
                                    AND changed.revision > 1)
         AND NOT {IS_NEWEST})"""
LOWEST = """CASE WHEN newest.ease < newest.satisfaction
                 THEN newest.ease ELSE newest.satisfaction END"""
FIRST_ANSWERED_AT = """
    CASE WHEN newest.revision = 1 THEN newest.answered_at
         ELSE (SELECT answered_at FROM answers AS original
               WHERE original.invitation_id = newest.invitation_id AND original.revision = 1) END"""
_COLUMNS = columns_of(Answer)
_INSERT = """
    INSERT INTO answers (
        invitation_id, revision, ease, satisfaction, comment, contact_welcome, wording_version,
        language, answered_at, answered_week, flags, cohort_week
    ) VALUES (
        :invitation_id, :revision, :ease, :satisfaction, :comment, :contact_welcome,
        :wording_version, :language, :answered_at, :answered_week, :flags,
        (SELECT cohort_week FROM invitations WHERE id = :invitation_id)
    ) ON CONFLICT (invitation_id, revision) DO NOTHING
"""


def lock(tx: Transaction, invitation_id: str) -> None:
    """Keep other transactions from changing this answer until this one ends.

    Needed before reading what a later statement depends on: revisions, comments, wrong guesses.
    """
    tx.only_one(f"answer {invitation_id}")


def append(tx: Transaction, answer: Answer) -> bool:
    """Store this revision, count its scores and add it to the reading queue.

    Return False if another revision with this number was stored first.
    """
    if not tx.run(_INSERT, **{**vars(answer), "flags": " ".join(answer.flags)}):
        return False
    week_scores.count(tx, answer)
    reading_queue.add(tx, answer)
    return True


def revisions(source: Readable, invitation_id: str) -> list[Answer]:
    """Return every revision of an answer, ordered by revision. The last one counts."""
    sql = f"SELECT {_COLUMNS} FROM answers WHERE invitation_id = :id ORDER BY revision"
    rows = source.ask(sql, id=invitation_id)
    return [_answer(row) for row in rows]


def all_exist(source: Readable, invitation_ids: Iterable[str]) -> bool:
    """Return whether each of these invitations has an answer."""
    wanted = set(invitation_ids)
    placeholders, values = in_list("id", wanted)
    sql = f"SELECT count(*) FROM answers WHERE revision = 1 AND invitation_id IN ({placeholders})"
    return source.count(sql, **values) == len(wanted)


def is_erased(source: Readable, invitation_id: str) -> bool:
    """Return whether the comment was erased or its retention period has ended."""
    sql = "SELECT 1 FROM answers WHERE invitation_id = :id AND comment IS NULL LIMIT 1"
    return source.exists(sql, id=invitation_id)


def count_wrong_guess(tx: Transaction, answer: Answer, now: datetime) -> None:
    """Count one submission with other values than `answer` that did not ask for a change."""
    sql = """INSERT INTO contests (invitation_id, revision, since, times)
             VALUES (:invitation_id, :revision, :now, 1)
             ON CONFLICT (invitation_id, revision) DO UPDATE SET times = contests.times + 1"""
    tx.run(sql, invitation_id=answer.invitation_id, revision=answer.revision, now=now)


def wrong_guesses(source: Readable, answer: Answer) -> int:
    """Return how many submissions had other values than `answer` and asked for no change."""
    sql = "SELECT times FROM contests WHERE invitation_id = :id AND revision = :revision"
    return source.count(sql, id=answer.invitation_id, revision=answer.revision)


def _answer(row: Row) -> Answer:
    return Answer(
        **{
            **row,
            "comment": row["comment"] or "",
            "contact_welcome": bool(row["contact_welcome"]),
            "answered_at": from_text(row["answered_at"]),
            "flags": tuple(row["flags"].split()),
        }
    )
