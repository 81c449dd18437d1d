"""Stored counts of weeks that no longer change, with which newer weeks are compared.

Triggers delete the counts of a week when one of its cases changes (migration 29).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from feedback_app.base.weeks import weeks_between
from feedback_app.database.contract import Database
from feedback_app.records import WeekTotals
from feedback_app.store import week_totals
from support_facts import Facts

COLUMNS = ("answers", "read_in_time", "reached", "answered", "measured", "in_target")
# A week may have become final, and on PostgreSQL, a transaction that was open during the
# calculation may have changed something.
_RENEWED_AFTER = timedelta(days=1)


def sums(
    database: Database, weeks: tuple[str, str], facts: Facts, now: datetime
) -> Mapping[str, int]:
    """Return the counts named in `COLUMNS` from the first to the last of `weeks`.

    Weeks without stored counts are counted now.
    """
    sql = f"""SELECT week, {", ".join(COLUMNS)} FROM week_totals
              WHERE week BETWEEN :first AND :last AND rule = :rule AND answers IS NOT NULL"""
    rows = database.ask(sql, first=weeks[0], last=weeks[1], rule=_rule(facts))
    stored = {row.pop("week"): row for row in rows}
    missing = [week for week in weeks_between(*weeks) if week not in stored]
    found: Counter[str] = Counter()
    if missing:
        span = (missing[0], missing[-1])
        found.update(_counts(week_totals.of_weeks(database, span, facts, now)))
    for week, row in stored.items():
        if not missing or not missing[0] <= week <= missing[-1]:
            found.update(row)
    return found


def calculate(database: Database, weeks: tuple[str, str], facts: Facts, now: datetime) -> int:
    """Store the counts of the weeks that are final; return how many.

    Each week is checked once a day, and after a change.
    """
    sql = """SELECT week FROM week_totals
             WHERE rule = :rule AND calculated_at > :since"""
    known = database.column(sql, rule=_rule(facts), since=now - _RENEWED_AFTER)
    return sum(
        _calculate(database, week, facts, now)
        for week in weeks_between(*weeks)
        if week not in known
    )


def _calculate(database: Database, week: str, facts: Facts, now: datetime) -> bool:
    with database.write() as tx:
        tx.run("DELETE FROM week_totals WHERE week = :week", week=week)
        tx.insert("week_totals", week=week, rule=_rule(facts), calculated_at=now)
    totals = week_totals.of_weeks(database, (week, week), facts, now)
    if totals.open_until or totals.read_pending:
        return False
    changes = ", ".join(f"{column} = :{column}" for column in COLUMNS)
    with database.write() as tx:
        # Without a row, something changed in the meantime.
        sql = f"UPDATE week_totals SET {changes} WHERE week = :week"
        return tx.changes(sql, week=week, **_counts(totals))


def _counts(totals: WeekTotals) -> dict[str, int]:
    return {column: getattr(totals, column) for column in COLUMNS}


def _rule(facts: Facts) -> str:
    """Return the facts on which the counts depend."""
    target = facts.metric("first_response_time")
    return f"{target.target_clock} {target.target_seconds} {facts.survey.read_within_days}"
