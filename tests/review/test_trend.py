"""Thirteen weeks: sums by hand, and a change only where chance would hardly make it."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.weeks import weeks_back
from feedback_app.records import ScoreCount
from feedback_app.review.trend import sum_trend, weeks_needed
from tests.support.answered import FACTS

WEEK = "2026-W47"
WEEKS = weeks_back(WEEK, 26)
counts = st.builds(
    ScoreCount,
    st.sampled_from(WEEKS),
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(1, 30),
)


@given(st.lists(counts, max_size=60))
def test_periods_and_weeks_agree_with_counting_by_hand(given_counts: list[ScoreCount]) -> None:
    trend = sum_trend(given_counts, WEEK, 2, FACTS)
    for period, weeks in zip(trend.periods, (WEEKS[:13], WEEKS[13:]), strict=True):
        inside = [one for one in given_counts if one.week in weeks]
        ease = Counter[int]()
        for one in inside:
            ease[one.ease] += one.answers
        assert (period.first, period.last) == (weeks[0], weeks[-1])
        assert period.scores[0].counts == tuple(ease[point] for point in (1, 2, 3, 4, 5))
        assert period.answers == sum(one.answers for one in inside)
    assert [week.first for week in trend.weeks] == WEEKS[13:]
    assert sum(week.answers for week in trend.weeks) == trend.periods[-1].answers


def _half(best: int, n: int, week: str) -> list[ScoreCount]:
    rest = n - best
    return [ScoreCount(week, 5, 5, best)] * bool(best) + [ScoreCount(week, 1, 1, rest)] * bool(rest)


@pytest.mark.parametrize(
    ("before", "after", "clear", "rise"),
    [
        ((27, 30), (15, 30), True, False),
        ((15, 30), (27, 30), True, True),
        ((20, 30), (24, 30), False, False),
        ((29, 29), (0, 29), False, False),
        ((29, 30), (0, 29), False, False),
    ],
)
def test_a_change_is_reported_only_with_enough_answers_and_beyond_random_variation(
    before: tuple[int, int], after: tuple[int, int], clear: bool, rise: bool
) -> None:
    halves = _half(*before, WEEKS[0]) + _half(*after, WEEKS[-1])
    for change in sum_trend(halves, WEEK, 2, FACTS).changes:
        assert (change.is_clear, change.is_rise) == (clear, rise)
        assert (change.interval is None) == (before[1] < 30 or after[1] < 30)


def test_more_periods_follow_each_other_without_overlap() -> None:
    trend = sum_trend([], WEEK, 8, FACTS)
    covered = [week for one in trend.periods for week in weeks_back(one.last, 13)]
    assert covered == weeks_back(WEEK, 104)
    assert weeks_needed(WEEK, 8) == (covered[0], WEEK)
