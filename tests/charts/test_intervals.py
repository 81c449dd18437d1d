"""Intervals, against figures worked out elsewhere and against what defines them."""

from collections.abc import Callable
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.intervals import Z_95, Interval, newcombe, wilson

shares = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def percents(interval: Interval) -> tuple[int, int]:
    return round(interval.low * 100), round(interval.high * 100)


@pytest.mark.parametrize(
    ("chosen", "n", "expected"),
    [
        (4, 5, (38, 96)),
        (5, 5, (57, 100)),
        (9, 10, (60, 98)),
        (18, 20, (70, 97)),
        (27, 30, (74, 97)),
        (90, 100, (83, 94)),
    ],
)
def test_known_shares_have_the_known_interval(
    chosen: int, n: int, expected: tuple[int, int]
) -> None:
    assert percents(wilson(chosen, n)) == expected


def bisected(is_left: Callable[[float], bool]) -> float:
    """Return where, between 0 and 1, `is_left` turns from true to false."""
    low, high = 0.0, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if is_left(middle) else (low, middle)
    return low


@given(shares)
def test_the_ends_agree_with_the_score_test(
    share: tuple[int, int],
) -> None:
    chosen, n = share
    observed = chosen / n

    def distance(supposed: float) -> float:
        """Return how many standard deviations of `supposed` the observed share is above it."""
        return (observed - supposed) / sqrt(supposed * (1 - supposed) / n)

    interval = wilson(chosen, n)
    low = bisected(lambda p: distance(p) > Z_95) if chosen else 0
    high = bisected(lambda p: distance(p) > -Z_95) if chosen < n else 1
    assert interval == pytest.approx((low, high), abs=1e-9)


@given(shares)
def test_an_interval_contains_its_share_and_is_symmetric(share: tuple[int, int]) -> None:
    chosen, n = share
    interval, mirrored = wilson(chosen, n), wilson(n - chosen, n)
    assert 0 <= interval.low <= chosen / n <= interval.high <= 1
    assert interval == pytest.approx((1 - mirrored.high, 1 - mirrored.low), abs=1e-12)


@pytest.mark.parametrize(("chosen", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_an_invalid_share_is_refused(chosen: int, n: int) -> None:
    with pytest.raises(ValueError, match="is not a valid share"):
        wilson(chosen, n)
    with pytest.raises(ValueError, match="is not a valid share"):
        newcombe(1, 2, chosen, n)
    with pytest.raises(ValueError, match="is not a valid share"):
        newcombe(chosen, n, 1, 2)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((48, 80), (56, 70), (0.0524, 0.3339)),
        ((3, 10), (9, 10), (0.1705, 0.8090)),
        ((0, 20), (10, 10), (0.6791, 1.0)),
    ],
)
def test_known_changes_have_the_published_interval(
    before: tuple[int, int], after: tuple[int, int], expected: tuple[float, float]
) -> None:
    assert newcombe(*before, *after) == pytest.approx(expected, abs=6e-5)


@given(shares, shares)
def test_the_reverse_change_has_the_mirrored_interval(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    there, back = newcombe(*before, *after), newcombe(*after, *before)
    assert there == pytest.approx((-back.high, -back.low), abs=1e-12)
    change = after[0] / after[1] - before[0] / before[1]
    assert -1 <= there.low <= change + 1e-12
    assert change - 1e-12 <= there.high <= 1


def test_a_change_is_reported_only_if_the_interval_excludes_zero() -> None:
    assert newcombe(15, 30, 27, 30).excludes_zero()
    assert newcombe(27, 30, 15, 30).excludes_zero()
    assert not newcombe(24, 30, 27, 30).excludes_zero()
    assert not newcombe(20, 30, 20, 30).excludes_zero()
