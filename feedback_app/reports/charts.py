"""The lines of the trend chart, as positions in an SVG."""

import math
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from feedback_app.review.scores import Share
from feedback_app.review.trend import Trend, TrendPeriod

# The scale has at least this height, so that random variation does not look like a change.
_LEAST_HEIGHT = 0.4
HEIGHT = 100


class Dot(NamedTuple):
    """A period with a share; `x` counts periods from 0, `y` is from 0 (top) to HEIGHT."""

    x: int
    y: float
    period: TrendPeriod
    share: Share


class Chart(NamedTuple):
    """The chart of one question. `bands` and `lines` are the points of polygons and polylines.

    There are several where periods with too few answers interrupt the line. `low` and `high` are
    the ends of the scale, from 0 to 1.
    """

    low: float
    high: float
    bands: list[str]
    lines: list[str]
    dots: list[Dot]
    target: float | None


def chart_of(trend: Trend, place: int, target: float | None = None) -> Chart:
    """Return the chart of the question at `place`; all questions have the same scale.

    `target` is a share from 0 to 1.
    """
    low, high = _scale(trend, target)

    def y(share: float) -> float:
        return round((high - share) / (high - low) * HEIGHT, 1)

    bands, lines, dots = [], [], []
    numbered = list(enumerate(period.scores[place].share for period in trend.points))
    for has_share, group in groupby(numbered, key=lambda one: one[1] is not None):
        if has_share:
            run = [(x, share) for x, share in group if share]
            lines.append(_points((x, y(share.best / share.n)) for x, share in run))
            upper = [(x, y(share.interval.high)) for x, share in run]
            lower = [(x, y(share.interval.low)) for x, share in run]
            bands.append(_points((*upper, *reversed(lower))))
            dots += [Dot(x, y(one.best / one.n), trend.points[x], one) for x, one in run]
    return Chart(low, high, bands, lines, dots, None if target is None else y(target))


def _scale(trend: Trend, target: float | None) -> tuple[float, float]:
    """Return the ends of the scale in whole tenths, so that every interval and target fits."""
    shares = [one.share for period in trend.points for one in period.scores if one.share]
    ends = [end for share in shares for end in share.interval]
    ends += [] if target is None else [target]
    low = math.floor(min(ends, default=0.0) * 10) / 10
    high = math.ceil(max(ends, default=1.0) * 10) / 10
    missing = max(0.0, _LEAST_HEIGHT - (high - low))
    high = min(1.0, high + math.ceil(missing * 5) / 10)
    return max(0.0, min(low, high - _LEAST_HEIGHT)), high


def _points(places: Iterable[tuple[int, float]]) -> str:
    return " ".join(f"{x},{y:g}" for x, y in places)
