"""The figures, the review and the trend of a week, calculated from the database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from feedback_app.base.weeks import week_bounds, weeks_back
from feedback_app.database.contract import Database
from feedback_app.records import AnsweredCase, WeekTotals
from feedback_app.review.scores import Scores, WordingScores
from feedback_app.review.trend import WEEKS_NEEDED, Trend, sum_trend, sum_weeks
from feedback_app.review.week import WeekReview, summarise_week
from feedback_app.store import (
    annulments,
    answered_cases,
    closed_cases,
    week_scores,
    week_totals,
)
from feedback_app.store.week_totals import Counted
from support_facts import Facts


@dataclass(frozen=True, kw_only=True)
class WeekFigures(WeekTotals):
    """The counts and scores of a week as stored at `as_of`, without any single answer.

    Times are UTC. `scores` are the answers to the current wording of the questions;
    `other_wordings` are never added to them. The `annulled` answers are in no other figure.
    """

    week: str
    starts_at: datetime
    ends_at: datetime
    as_of: datetime
    scores: tuple[Scores, ...]
    other_wordings: tuple[WordingScores, ...]
    annulled: int


def figures_of_week(
    database: Database, week: str, facts: Facts, now: datetime, counted: Counted = "all"
) -> WeekFigures:
    """Return the sums of an ISO week as stored at `now`; see `week_totals.of_weeks`."""
    starts_at, ends_at = week_bounds(week, ZoneInfo(facts.organisation.time_zone))
    version = facts.survey.wording_version
    counts = week_scores.between(database, week, week, version)
    others = week_scores.other_wordings(database, week, version)
    totals = week_totals.of_weeks(database, (week, week), facts, now, counted)
    return WeekFigures(
        **vars(totals),
        week=week,
        starts_at=starts_at,
        ends_at=ends_at,
        as_of=now,
        scores=sum_weeks(counts, [week], facts)[0].scores,
        other_wordings=tuple(
            WordingScores(version=other, scores=sum_weeks(found, [week], facts)[0].scores)
            for other, found in others.items()
        ),
        annulled=annulments.count(database, week, week, now),
    )


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
        answered = answered_cases.answered_between(database, week, week, now)
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
