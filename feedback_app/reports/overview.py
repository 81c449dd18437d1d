"""The figures at the head of a workbook, calculated from the database."""

from dataclasses import dataclass
from datetime import datetime

from feedback_app.base.weeks import weeks_back, weeks_between
from feedback_app.database.contract import Database
from feedback_app.records import WeekTotals
from feedback_app.reports.weeks import trend_of
from feedback_app.review.trend import WEEKS, Trend, TrendPeriod, sum_weeks
from feedback_app.store import annulments, week_scores, week_totals
from support_facts import Facts


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The figures of the weeks `first` to `last` as stored at `as_of`.

    `period` has the scores of all these weeks together. `weeks` has one entry per week, at least
    the 26 of the `trend` up to the last week. `annulled` answers are in no other figure.
    """

    first: str
    last: str
    as_of: datetime
    totals: WeekTotals
    period: TrendPeriod
    weeks: list[TrendPeriod]
    trend: Trend
    annulled: int


def overview_of(
    database: Database, weeks: tuple[str, str], facts: Facts, now: datetime
) -> Overview:
    """Return the figures from the first to the last of `weeks`."""
    first, last = weeks
    shown = weeks_between(min(first, weeks_back(last, WEEKS)[0]), last)
    counts = week_scores.between(database, shown[0], last, facts.survey.wording_version)
    exported = [count for count in counts if count.week >= first]
    return Overview(
        first=first,
        last=last,
        as_of=now,
        totals=week_totals.of_weeks(database, weeks, facts, now),
        period=sum_weeks(exported, weeks_between(first, last), facts)[0],
        weeks=sum_weeks(counts, shown, facts)[1:],
        trend=trend_of(database, last, facts, now),
        annulled=annulments.count(database, first, last, now),
    )
