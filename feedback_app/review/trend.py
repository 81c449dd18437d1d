"""Thirteen weeks, and whether they differ from the thirteen before by more than chance.

Chance is all an interval speaks of, as if the answers were a random sample. They are none, so the
pages say "chance variation only" wherever one is shown.
"""

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
    """The answers that arrived in the weeks `first` to `last`, to each question of the facts."""

    first: str
    last: str
    scores: tuple[Scores, ...]

    @property
    def answers(self) -> int:
        """Return how many answers there are."""
        return self.scores[0].n


@dataclass(frozen=True, kw_only=True)
class TrendChange:
    """How a question's share of best answers moved between two disjoint periods.

    `interval` is Newcombe's, as fractions. `spoken_of` is true only where both have enough answers
    and the interval excludes zero.
    """

    question: Question
    before: Scores
    after: Scores
    interval: Interval | None

    @property
    def spoken_of(self) -> bool:
        """Return whether chance alone would hardly make this change."""
        return self.interval is not None and self.interval.excludes_zero()

    @property
    def is_rise(self) -> bool:
        """Return whether the share went up, where it is spoken of."""
        return self.interval is not None and self.interval.low > 0


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Single weeks, the periods of 13 weeks that end with the last one, and the last change.

    `has_sample` says that sample answers are counted, so that nothing here is about support.
    """

    weeks: tuple[TrendPeriod, ...]
    periods: tuple[TrendPeriod, ...]
    changes: tuple[TrendChange, ...]
    has_sample: bool = False


def weeks_needed(week: str, periods: int) -> tuple[str, str]:
    """Return the first and the last week whose counts `sum_trend` needs."""
    return weeks_back(week, periods * WEEKS)[0], week


def sum_trend(
    counts: Iterable[ScoreCount],
    week: str,
    periods: int,
    facts: Facts,
    has_sample: bool = False,
) -> Trend:
    """Return the last `periods` (at least 2) times 13 weeks that end with `week`.

    `counts` are of answers to one wording: wordings are never pooled.
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
        has_sample=has_sample,
    )


def sum_weeks(
    counts: Iterable[ScoreCount], weeks: Sequence[str], facts: Facts
) -> list[TrendPeriod]:
    """Return all of `weeks` as one period, and then each of them."""
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
