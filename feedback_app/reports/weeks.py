"""The review of a week, calculated from the database."""

from collections.abc import Iterable
from datetime import datetime

from feedback_app.database.contract import Database
from feedback_app.records import AnsweredCase
from feedback_app.review.week import WeekReview, summarise_week
from feedback_app.store import annulments, answered_cases
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
    closed = answered_cases.closed_in(database, week, now)
    annulled = annulments.count(database, week, week, now)
    return summarise_week(week, answered, closed, facts, now, annulled)
