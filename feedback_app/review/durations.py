"""First response and resolution times, separately for each clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from feedback_app.records import Durations, MeasuredCase
from support_facts import Facts

UNNAMED_CLOCK = "unnamed"


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Median and 90th percentile (nearest rank) in seconds; the second is None for small n."""

    n: int
    median: float
    percentile_90: int | None


@dataclass(frozen=True, kw_only=True)
class Times:
    """Durations on one clock, overall and by case kind (None: no kind given)."""

    clock: str
    overall: Spread
    by_kind: tuple[tuple[str | None, Spread], ...]


def times_of(metric: str, durations: Durations, facts: Facts) -> tuple[Times, ...]:
    """Return the times of `metric`, one entry per clock."""
    clocks: dict[str, dict[str | None, Sequence[int]]] = {}
    for measured, seconds in durations.items():
        if measured.metric == metric:
            clocks.setdefault(measured.clock, {})[measured.case_kind] = seconds
    order = [kind.key for kind in facts.case_kinds]
    enough = facts.survey.share_minimum_n
    return tuple(
        Times(
            clock=clock,
            overall=spread([one for seconds in kinds.values() for one in seconds], enough),
            by_kind=tuple((kind, spread(kinds[kind], enough)) for kind in in_order(kinds, order)),
        )
        for clock, kinds in sorted(clocks.items())
    )


def first_response(case: MeasuredCase) -> tuple[str, int] | None:
    """Return clock and seconds of the first response, or None if unknown."""
    return _measured(case, case.first_response_seconds, case.first_response_at)


def resolution(case: MeasuredCase) -> tuple[str, int] | None:
    """Return clock and seconds of the resolution, or None unless the customer confirmed it."""
    # Resolving a case includes the customer's confirmation.
    if case.closure_reason != "confirmed":
        return None
    return _measured(case, case.resolution_seconds, case.closed_at)


def _measured(
    case: MeasuredCase, seconds: int | None, end: datetime | None
) -> tuple[str, int] | None:
    """Return the case system's measurement, or else the calendar time between the two times."""
    if seconds is not None:
        return case.duration_clock or UNNAMED_CLOCK, seconds
    if case.opened_at is None or end is None or end < case.opened_at:
        return None
    return "calendar", int((end - case.opened_at).total_seconds())


def in_order(kinds: Iterable[str | None], order: list[str]) -> list[str | None]:
    """Return the kinds in `order`, then unknown ones, then None."""

    def place(kind: str | None) -> tuple[bool, int, str]:
        return (kind is None, order.index(kind) if kind in order else len(order), kind or "")

    return sorted(kinds, key=place)


def spread(seconds: Sequence[int], enough: int) -> Spread:
    """Return the spread of at least one duration, with a percentile if there are `enough`."""
    n = len(seconds)
    rank = -(-9 * n // 10)
    return Spread(
        n=n,
        median=median(seconds),
        percentile_90=sorted(seconds)[rank - 1] if n >= enough else None,
    )
