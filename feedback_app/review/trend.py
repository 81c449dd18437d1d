"""Periods of 13 weeks, and the change from one period to the next."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feedback_app.base.weeks import weeks_back
from feedback_app.records import ScoreCount
from feedback_app.review.intervals import Interval, newcombe
from feedback_app.review.scores import Scores, scores_of
from support_facts import Facts, Question

WEEKS = 13


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
class TrendChange:
    """The change of a question's share between two periods that do not overlap.

    `interval` (Newcombe, 95 %) is None if one of the periods has too few answers.
    """

    question: Question
    before: Scores
    after: Scores
    interval: Interval | None

    @property
    def is_clear(self) -> bool:
        """Return whether the interval excludes zero, so that the change is reported."""
        return self.interval is not None and self.interval.excludes_zero()

    @property
    def is_rise(self) -> bool:
        """Return whether the share clearly rose."""
        return self.interval is not None and self.interval.low > 0


@dataclass(frozen=True, kw_only=True)
class Trend:
    """The last 13 weeks, the periods of 13 weeks up to the last week, and the latest change.

    `has_sample` is true if sample answers are included. `annulled` answers are not included.
    """

    weeks: tuple[TrendPeriod, ...]
    periods: tuple[TrendPeriod, ...]
    changes: tuple[TrendChange, ...]
    has_sample: bool = False
    annulled: int = 0


def weeks_needed(week: str, periods: int) -> tuple[str, str]:
    """Return the first and last week of the counts that `sum_trend` needs."""
    return weeks_back(week, periods * WEEKS)[0], week


def sum_trend(counts: Iterable[ScoreCount], week: str, periods: int, facts: Facts) -> Trend:
    """Return the trend over `periods` (at least 2) of 13 weeks, the last one ending with `week`.

    `counts` must be of answers to a single wording.
    """
    by_week = _by_week(counts)
    weeks = weeks_back(week, periods * WEEKS)
    groups = [weeks[start : start + WEEKS] for start in range(0, len(weeks), WEEKS)]
    summed = [_period(group, by_week, facts) for group in groups]
    return Trend(
        weeks=tuple(_period([one], by_week, facts) for one in groups[-1]),
        periods=tuple(summed),
        changes=tuple(
            _change(before, after)
            for before, after in zip(summed[-2].scores, summed[-1].scores, strict=True)
        ),
    )


def sum_weeks(
    counts: Iterable[ScoreCount], weeks: Sequence[str], facts: Facts
) -> list[TrendPeriod]:
    """Return `weeks` as one period, followed by each single week."""
    by_week = _by_week(counts)
    return [_period(weeks, by_week, facts), *(_period([one], by_week, facts) for one in weeks)]


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


def _change(before: Scores, after: Scores) -> TrendChange:
    interval = None
    if before.share and after.share:
        interval = newcombe(before.share.best, before.share.n, after.share.best, after.share.n)
    return TrendChange(question=after.question, before=before, after=after, interval=interval)
