"""The last 26 weeks, and whether the scores changed.

A change is announced if the interval of the difference excludes zero. Both questions are compared
over three windows, so six intervals are calculated each week. With 99.5% for each of them, at most
4% of weeks announce any change although nothing changed (`tests/review/test_trend.py` simulates
it; with 95% it would be 25%).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import TypeVar

from charts import Interval, newcombe
from feedback_app.base.weeks import weeks_back
from feedback_app.records import ScoreCount
from feedback_app.review.scores import Scores, Share, scores_of
from support_facts import Facts

Week = TypeVar("Week")

# Each window of weeks is compared with that many weeks before it.
WINDOWS = {1: 12, 4: 12, 13: 13}
CONFIDENCE = 0.995
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
WEEKS = 26
# A point of the chart sums up to 13 weeks.
WEEKS_NEEDED = WEEKS + max(WINDOWS) - 1


@dataclass(frozen=True, kw_only=True)
class TrendPeriod:
    """The scores of the answers that arrived in the weeks `first` to `last`, per question."""

    first: str
    last: str
    scores: tuple[Scores, ...]

    @property
    def answers(self) -> int:
        """Return the number of answers."""
        return self.scores[0].n


@dataclass(frozen=True, kw_only=True)
class ShareChange:
    """The change of a share from the weeks before to the last `weeks` weeks.

    `before` or `after` is None if it has too few answers or cases. A share that `is_open` can
    still rise, so it is not compared.
    """

    weeks: int
    weeks_before: int
    before: Share | None
    after: Share | None
    is_open: bool = False

    @cached_property
    def interval(self) -> Interval | None:
        """Return the Newcombe interval of the difference (`CONFIDENCE`), if both are known."""
        if self.is_open or not (self.before and self.after):
            return None
        return newcombe(self.before.best, self.before.n, self.after.best, self.after.n, _Z)

    @property
    def is_clear(self) -> bool:
        """Return whether the interval excludes zero, so that the change is announced."""
        return self.interval is not None and self.interval.excludes_zero()

    @property
    def is_rise(self) -> bool:
        """Return whether the share clearly rose."""
        return self.interval is not None and self.interval.low > 0

    @property
    def difference(self) -> float:
        """Return the share after minus the share before, from -1 to 1; 0 if one is missing."""
        if not (self.before and self.after):
            return 0.0
        return self.after.best / self.after.n - self.before.best / self.before.n


@dataclass(frozen=True, kw_only=True)
class Trend:
    """The last 26 weeks up to a week.

    `weeks` has one entry per week. `points` are the periods of the chart: each ends with one of
    these weeks and is `span` weeks long, because single weeks of a small team have too few answers
    for a share. `changes` has one change per window, the shortest first, by the metric of the
    question. `has_sample` is true if sample answers are included. `annulled` answers are left out.
    """

    weeks: tuple[TrendPeriod, ...]
    points: tuple[TrendPeriod, ...]
    span: int
    changes: dict[str, list[ShareChange]]
    has_sample: bool = False
    annulled: int = 0


def sum_trend(counts: Iterable[ScoreCount], week: str, facts: Facts) -> Trend:
    """Return the trend up to `week`, from counts of the last `WEEKS_NEEDED` weeks.

    `counts` must be of answers to a single wording.
    """
    by_week = _by_week(counts)
    known = weeks_back(week, WEEKS_NEEDED)
    span = _span(by_week, known, facts.survey.share_minimum_n)
    return Trend(
        weeks=tuple(_period([one], by_week, facts) for one in known[-WEEKS:]),
        points=tuple(_period(weeks, by_week, facts) for weeks in _windows(known, span)),
        span=span,
        changes=_changes(known, by_week, facts),
    )


def sum_weeks(
    counts: Iterable[ScoreCount], weeks: Sequence[str], facts: Facts
) -> list[TrendPeriod]:
    """Return `weeks` as one period, followed by each single week."""
    by_week = _by_week(counts)
    return [_period(weeks, by_week, facts), *(_period([one], by_week, facts) for one in weeks)]


def _span(by_week: dict[str, list[ScoreCount]], known: Sequence[str], enough: int) -> int:
    """Return the shortest window in which nine of ten points with answers have enough of them."""
    answers = [sum(count.answers for count in by_week.get(week, ())) for week in known]
    for weeks in WINDOWS:
        sums = [sum(window) for window in _windows(answers, weeks)]
        if sum(one >= enough for one in sums) >= 0.9 * sum(one > 0 for one in sums) > 0:
            return weeks
    return max(WINDOWS)


def _windows(known: Sequence[Week], span: int) -> list[Sequence[Week]]:
    """Return the windows of `span` weeks that end with each of the last 26 weeks."""
    ends = range(len(known) - WEEKS + 1, len(known) + 1)
    return [known[end - span : end] for end in ends]


def _changes(
    known: Sequence[str], by_week: dict[str, list[ScoreCount]], facts: Facts
) -> dict[str, list[ShareChange]]:
    found: dict[str, list[ShareChange]] = {one.metric: [] for one in facts.questions}
    for weeks, weeks_before in WINDOWS.items():
        before = _period(known[-weeks - weeks_before : -weeks], by_week, facts)
        after = _period(known[-weeks:], by_week, facts)
        for earlier, one in zip(before.scores, after.scores, strict=True):
            change = ShareChange(
                weeks=weeks, weeks_before=weeks_before, before=earlier.share, after=one.share
            )
            found[one.question.metric].append(change)
    return found


def _by_week(counts: Iterable[ScoreCount]) -> dict[str, list[ScoreCount]]:
    found: dict[str, list[ScoreCount]] = {}
    for count in counts:
        found.setdefault(count.week, []).append(count)
    return found


def _period(
    weeks: Sequence[str], by_week: dict[str, list[ScoreCount]], facts: Facts
) -> TrendPeriod:
    counted: dict[str, Counter[int]] = {question.key: Counter() for question in facts.questions}
    for week in weeks:
        for count in by_week.get(week, ()):
            counted["ease"][count.ease] += count.answers
            counted["satisfaction"][count.satisfaction] += count.answers
    return TrendPeriod(
        first=weeks[0],
        last=weeks[-1],
        scores=tuple(
            scores_of(question, counted[question.key], facts) for question in facts.questions
        ),
    )
