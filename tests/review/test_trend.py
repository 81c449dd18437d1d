"""The last 26 weeks: sums by hand, how often a change is announced, and how seldom by mistake."""

import random
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from math import exp, lgamma, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.intervals import Z_95, newcombe
from feedback_app.base.weeks import weeks_back
from feedback_app.records import ScoreCount
from feedback_app.review.trend import WEEKS_NEEDED, WINDOWS, sum_trend
from tests.support.answered import FACTS

WEEK = "2026-W47"
KNOWN = weeks_back(WEEK, WEEKS_NEEDED)
WEEKS = KNOWN[-26:]
counts = st.builds(
    ScoreCount,
    st.sampled_from(KNOWN),
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(1, 30),
)


def naive(given_counts: Sequence[ScoreCount], weeks: Sequence[str], place: int) -> list[int]:
    """Return the score of each answer to one question, counted answer by answer."""
    return [
        (one.ease, one.satisfaction)[place]
        for one in given_counts
        for _ in range(one.answers)
        if one.week in weeks
    ]


@given(st.lists(counts, max_size=60))
def test_weeks_points_and_changes_agree_with_counting_by_hand(
    given_counts: list[ScoreCount],
) -> None:
    trend = sum_trend(given_counts, WEEK, FACTS)
    assert [one.first for one in trend.weeks] == [one.last for one in trend.points] == WEEKS
    for place in (0, 1):
        for period in (*trend.weeks, *trend.points):
            weeks = KNOWN[KNOWN.index(period.first) : KNOWN.index(period.last) + 1]
            scores = Counter(naive(given_counts, weeks, place))
            assert period.scores[place].counts == tuple(scores[point] for point in range(1, 6))
            assert len(weeks) in (1, trend.span)
        for change, (last, before) in zip(
            [*trend.changes.values()][place], WINDOWS.items(), strict=True
        ):
            after = naive(given_counts, KNOWN[-last:], place)
            earlier = naive(given_counts, KNOWN[-last - before : -last], place)
            assert (change.weeks, change.weeks_before) == (last, before)
            good = [sum(score >= 4 for score in scores) for scores in (after, earlier)]
            for share, best, all_ in zip(
                (change.after, change.before), good, (after, earlier), strict=True
            ):
                assert (share and (share.best, share.n)) == (
                    (best, len(all_)) if len(all_) >= 30 else None
                )
            assert (change.interval is None) == (min(len(after), len(earlier)) < 30)
            if change.interval:
                difference = good[0] / len(after) - good[1] / len(earlier)
                assert change.difference == pytest.approx(difference)
                assert change.interval.low <= difference <= change.interval.high


def _answers(best: int, n: int, week: str) -> list[ScoreCount]:
    rest = n - best
    return [ScoreCount(week, 5, 5, best)] * bool(best) + [ScoreCount(week, 1, 1, rest)] * bool(rest)


@pytest.mark.parametrize(
    ("before", "after", "clear", "rise"),
    [
        ((29, 30), (15, 30), True, False),
        ((15, 30), (29, 30), True, True),
        ((20, 30), (24, 30), False, False),
        ((29, 29), (0, 29), False, False),
        ((29, 30), (0, 29), False, False),
    ],
)
def test_a_change_is_announced_only_with_enough_answers_and_beyond_random_variation(
    before: tuple[int, int], after: tuple[int, int], clear: bool, rise: bool
) -> None:
    both = _answers(*before, KNOWN[-13]) + _answers(*after, KNOWN[-1])
    for changes in sum_trend(both, WEEK, FACTS).changes.values():
        change = changes[0]
        assert (change.is_clear, change.is_rise) == (clear, rise)
        assert (change.interval is None) == (before[1] < 30 or after[1] < 30)


@pytest.mark.parametrize(
    ("answers", "span"), [([180] * 38, 1), ([29] * 38, 4), ([8, 9] * 19, 4), ([2] * 38, 13)]
)
def test_a_point_sums_the_shortest_window_with_enough_answers(
    answers: list[int], span: int
) -> None:
    found = [ScoreCount(week, 4, 4, n) for week, n in zip(KNOWN, answers, strict=True)]
    assert sum_trend(found, WEEK, FACTS).span == span


def test_a_team_that_started_recently_has_points_of_single_weeks() -> None:
    trend = sum_trend([ScoreCount(week, 4, 4, 50) for week in KNOWN[-6:]], WEEK, FACTS)
    assert trend.span == 1
    assert [one.scores[0].share is not None for one in trend.points] == [False] * 20 + [True] * 6


def binomial(n: int, share: float) -> list[float]:
    """Return the cumulative distribution, in which `bisect` draws a number of good answers."""
    logs = (
        lgamma(n + 1)
        - lgamma(k + 1)
        - lgamma(n - k + 1)
        + k * log(share)
        + (n - k) * log(1 - share)
        for k in range(n)
    )
    return list(accumulate(map(exp, logs)))


def drawn(
    rng: random.Random, n: int, shares: Sequence[list[float]], related: bool
) -> list[ScoreCount]:
    """Return 26 weeks of `n` answers to two questions, independent or with equal answers.

    Real answers are in between. Independent ones have the most false alarms, and with equal ones a
    real change is found the least often.
    """
    found = []
    for week, share in zip(WEEKS, shares, strict=True):
        ease = bisect(share, rng.random())
        satisfaction = ease if related else bisect(share, rng.random())
        both = min(ease, satisfaction)
        pairs = (
            ((5, 5), both),
            ((5, 1), ease - both),
            ((1, 5), satisfaction - both),
            ((1, 1), n - ease - satisfaction + both),
        )
        found += [ScoreCount(week, *pair, times) for pair, times in pairs if times]
    return found


def announced(counted: list[ScoreCount]) -> bool:
    return any(
        one.is_clear
        for changes in sum_trend(counted, WEEK, FACTS).changes.values()
        for one in changes
    )


@pytest.mark.parametrize(("n", "share"), [(8, 0.77), (31, 0.92), (180, 0.77), (1500, 0.6)])
def test_without_a_change_at_most_4_of_100_weeks_announce_one(n: int, share: float) -> None:
    """The definitions page promises this, for all six comparisons of a week together."""
    rng, rounds = random.Random(1998), 700
    same = [binomial(n, share)] * 26
    alarms = sum(announced(drawn(rng, n, same, related=False)) for _ in range(rounds))
    # 0.015 is two standard errors of 700 rounds.
    assert alarms / rounds <= 0.04 + 0.015


def test_95_percent_intervals_would_announce_a_change_in_every_fourth_week() -> None:
    rng, rounds, alarms = random.Random(1998), 500, 0
    same = [binomial(180, 0.77)] * 26
    for _ in range(rounds):
        trend = sum_trend(drawn(rng, 180, same, related=False), WEEK, FACTS)
        shares = [(one.before, one.after) for all_ in trend.changes.values() for one in all_]
        alarms += any(
            newcombe(before.best, before.n, after.best, after.n, Z_95).excludes_zero()
            for before, after in shares
            if before and after
        )
    assert alarms / rounds == pytest.approx(0.25, abs=0.05)


@pytest.mark.parametrize(("weeks", "least", "most"), [(1, 0.45, 0.6), (4, 0.95, 1), (5, 0.95, 1)])
def test_a_fall_from_77_to_68_percent_is_announced(weeks: int, least: float, most: float) -> None:
    """The definitions page promises this for 180 answers a week."""
    rng, rounds = random.Random(2026), 300
    usual, low = binomial(180, 0.773), binomial(180, 0.681)
    shares = [usual] * (26 - weeks) + [low] * weeks
    found = sum(announced(drawn(rng, 180, shares, related=True)) for _ in range(rounds))
    assert least <= found / rounds <= most


def test_the_planted_fall_is_announced_as_a_fall_of_9_points() -> None:
    """In the five weeks W44 to W48 68.1 % of 180 answers were good, before 77.3 %."""
    fallen = [_answers(139, 180, week) for week in KNOWN[:-5]]
    fallen += [_answers(123, 180, week) for week in KNOWN[-5:]]
    for week, four, thirteen in sum_trend(sum(fallen, []), WEEK, FACTS).changes.values():
        assert (week.is_clear, four.is_clear, thirteen.is_clear) == (False, True, False)
        assert four.difference == pytest.approx(-0.0815, abs=0.001)
        assert four.interval
        assert -0.14 < four.interval.low < four.interval.high < -0.02
