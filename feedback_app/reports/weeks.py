"""The review and the trend of a week, calculated from the database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from feedback_app.base.weeks import weeks_back
from feedback_app.database.contract import Database
from feedback_app.records import AnsweredCase
from feedback_app.review.trend import WEEKS_NEEDED, Trend, sum_trend
from feedback_app.review.week import WeekReview, summarise_week
from feedback_app.store import annulments, answered_cases, closed_cases, week_scores
from support_facts import Facts


def review_week(
    database: Database,
    week: str,
    facts: Facts,
    now: datetime,
    answered: Iterable[AnsweredCase] | None = None,
) -> WeekReview:
    """Return the review of an ISO week as stored at `now`.

    `answered` are the answers of the week, if they were read before.
    """
    if answered is None:
        answered = answered_cases.answered_in(database, week, now)
    closed = closed_cases.of_week(database, week, now)
    annulled = annulments.count(database, week, week, now)
    return summarise_week(week, answered, closed, facts, now, annulled)


def trend_of(database: Database, week: str, facts: Facts, now: datetime) -> Trend:
    """Return the trend of the last 26 weeks up to `week`."""
    first = weeks_back(week, WEEKS_NEEDED)[0]
    counts = week_scores.between(database, first, week, facts.survey.wording_version)
    return replace(
        sum_trend(counts, week, facts),
        has_sample=week_scores.include_sample(database, first, week),
        annulled=annulments.count(database, first, week, now),
    )
