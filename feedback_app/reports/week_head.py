"""The head of a week for its page and the digest: the counts, and how the figures changed."""

from datetime import datetime
from typing import NamedTuple

from feedback_app.base.weeks import weeks_back
from feedback_app.database.contract import Database
from feedback_app.reports.key_figures import READ_IN_TIME
from feedback_app.reports.weeks import WeekFigures, figures_of_week, trend_of
from feedback_app.review.scores import share_of
from feedback_app.review.trend import WINDOWS, ShareChange, Trend
from feedback_app.store import final_weeks
from support_facts import Facts


class WeekHead(NamedTuple):
    """The sums and trend of a week, and the changes of its key figures by metric."""

    figures: WeekFigures
    trend: Trend
    changes: dict[str, list[ShareChange]]

    @property
    def answers_to_older_wordings(self) -> int:
        """Return how many answers are not in the scores, because their questions differ."""
        return self.figures.answers - self.trend.weeks[-1].answers


def week_head(database: Database, week: str, facts: Facts, now: datetime) -> WeekHead:
    """Return the head of `week` as stored at `now`."""
    first, *_, last, _ = weeks_back(week, WINDOWS[1] + 1)
    figures = figures_of_week(database, week, facts, now)
    trend = trend_of(database, week, facts, now)
    changes = dict(trend.changes)
    before = final_weeks.sums(database, (first, last), facts, now)
    for key, (part, whole), is_open in (
        ("response_rate", ("answered", "reached"), figures.open_until is not None),
        ("first_response_time", ("in_target", "measured"), False),
        (READ_IN_TIME, ("read_in_time", "answers"), figures.read_pending > 0),
    ):
        change = ShareChange(
            weeks=1,
            weeks_before=WINDOWS[1],
            before=share_of(before.get(part, 0), before.get(whole, 0), facts),
            after=share_of(getattr(figures, part), getattr(figures, whole), facts),
            is_open=is_open,
        )
        changes[key] = [change]
    return WeekHead(figures, trend, changes)
