"""The number of answers per week and pair of scores, updated as answers arrive.

Figures of many weeks are sums of these rows, so they do not read every answer.
"""

from collections.abc import Sequence

from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.records import SAMPLE_SOURCE, Answer, ScoreCount

_COUNT = """
    INSERT INTO week_scores (week, wording_version, ease, satisfaction, answers)
    VALUES (:week, :wording_version, :ease, :satisfaction, :change)
    ON CONFLICT (week, wording_version, ease, satisfaction)
    DO UPDATE SET answers = week_scores.answers + :change
"""


_MARK_SAMPLE_WEEK = """
    INSERT INTO sample_weeks (week)
    SELECT :week FROM invitations JOIN cases ON cases.id = case_ref
    WHERE invitations.id = :id AND source = :sample_source
    ON CONFLICT (week) DO NOTHING
"""


def count(tx: Transaction, answer: Answer) -> None:
    """Count a revision that was just stored; it replaces the revision before it."""
    if answer.revision == 1:
        tx.run(
            _MARK_SAMPLE_WEEK,
            id=answer.invitation_id,
            week=answer.answered_week,
            sample_source=SAMPLE_SOURCE,
        )
    changes = {(answer.wording_version, answer.ease, answer.satisfaction): 1}
    for row in _before(tx, answer):
        key = (row["wording_version"], row["ease"], row["satisfaction"])
        changes[key] = changes.get(key, 0) - 1
    # Always in the same order, so that two writers cannot deadlock.
    for (wording_version, ease, satisfaction), change in sorted(changes.items()):
        if change:
            tx.run(
                _COUNT,
                week=answer.answered_week,
                wording_version=wording_version,
                ease=ease,
                satisfaction=satisfaction,
                change=change,
            )


def _before(tx: Transaction, answer: Answer) -> list[Row]:
    if answer.revision == 1:
        return []
    return tx.ask(
        """SELECT wording_version, ease, satisfaction FROM answers
           WHERE invitation_id = :id AND revision = :revision""",
        id=answer.invitation_id,
        revision=answer.revision - 1,
    )


def include_sample(database: Database, first: str, last: str) -> bool:
    """Return whether the counts of the weeks `first` to `last` include sample answers."""
    sql = "SELECT 1 FROM sample_weeks WHERE week BETWEEN :first AND :last LIMIT 1"
    return bool(database.ask(sql, first=first, last=last))


def between(
    database: Database, first: str, last: str, wording_version: int
) -> Sequence[ScoreCount]:
    """Return the counts of one wording in the weeks `first` to `last`, oldest week first."""
    rows = database.ask(
        """SELECT week, ease, satisfaction, answers FROM week_scores
           WHERE week BETWEEN :first AND :last AND wording_version = :wording_version
             AND answers > 0
           ORDER BY week, ease, satisfaction""",
        first=first,
        last=last,
        wording_version=wording_version,
    )
    return [ScoreCount(**row) for row in rows]
