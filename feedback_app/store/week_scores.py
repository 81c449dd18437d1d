"""The number of answers per week and pair of scores, updated as answers arrive.

Figures of many weeks are sums of these rows, so they do not read every answer.
"""

from collections.abc import Sequence

from feedback_app.database.contract import Database, Transaction
from feedback_app.records import Answer, ScoreCount

_COUNT = """
    INSERT INTO week_scores (week, wording_version, ease, satisfaction, answers)
    VALUES (:week, :wording_version, :ease, :satisfaction, :change)
    ON CONFLICT (week, wording_version, ease, satisfaction)
    DO UPDATE SET answers = week_scores.answers + :change
"""

# Wording version, ease and satisfaction.
_Key = tuple[int, int, int]


def count(tx: Transaction, answer: Answer) -> None:
    """Count a revision that was just stored; it replaces the revision before it."""
    changes = {_key(answer): 1}
    for key in _before(tx, answer) if answer.revision > 1 else []:
        changes[key] = changes.get(key, 0) - 1
    # Always in the same order, so that two writers cannot deadlock.
    for key, difference in sorted(changes.items()):
        if difference:
            _add(tx, answer.answered_week, key, difference)


def mark_sample(tx: Transaction, week: str) -> None:
    """Store that the counts of `week` include sample answers."""
    tx.insert_new("sample_weeks", week=week)


def change(tx: Transaction, answer: Answer, difference: int) -> None:
    """Add `difference` to the number of answers like this one."""
    _add(tx, answer.answered_week, _key(answer), difference)


def _key(answer: Answer) -> _Key:
    return answer.wording_version, answer.ease, answer.satisfaction


def _add(tx: Transaction, week: str, key: _Key, difference: int) -> None:
    names = ("wording_version", "ease", "satisfaction")
    tx.run(_COUNT, week=week, change=difference, **dict(zip(names, key, strict=True)))


def _before(tx: Transaction, answer: Answer) -> list[_Key]:
    sql = """SELECT wording_version, ease, satisfaction FROM answers
             WHERE invitation_id = :id AND revision = :revision"""
    rows = tx.ask(sql, id=answer.invitation_id, revision=answer.revision - 1)
    return [(row["wording_version"], row["ease"], row["satisfaction"]) for row in rows]


def include_sample(database: Database, first: str, last: str) -> bool:
    """Return whether the counts of the weeks `first` to `last` include sample answers."""
    sql = "SELECT 1 FROM sample_weeks WHERE week BETWEEN :first AND :last LIMIT 1"
    return database.exists(sql, first=first, last=last)


def between(
    database: Database, first: str, last: str, wording_version: int
) -> Sequence[ScoreCount]:
    """Return the counts of one wording in the weeks `first` to `last`, oldest week first."""
    return database.records(
        ScoreCount,
        """SELECT week, ease, satisfaction, answers FROM week_scores
           WHERE week BETWEEN :first AND :last AND wording_version = :wording_version
             AND answers > 0
           ORDER BY week, ease, satisfaction""",
        first=first,
        last=last,
        wording_version=wording_version,
    )


def other_wordings(
    database: Database, week: str, wording_version: int
) -> dict[int, list[ScoreCount]]:
    """Return the counts of a week by wording, newest first, without those of `wording_version`."""
    found: dict[int, list[ScoreCount]] = {}
    for row in database.ask(
        """SELECT wording_version, week, ease, satisfaction, answers FROM week_scores
           WHERE week = :week AND wording_version <> :wording_version AND answers > 0
           ORDER BY wording_version DESC""",
        week=week,
        wording_version=wording_version,
    ):
        found.setdefault(row.pop("wording_version"), []).append(ScoreCount(**row))
    return found
