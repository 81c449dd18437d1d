"""First response and resolution times, measured case by case."""

from collections.abc import Callable, Iterable
from datetime import datetime

from feedback_app.records import Durations, Measured, MeasuredCase


def first_response(case: MeasuredCase) -> tuple[str, int] | None:
    """Return clock and seconds of the first response, or None if unknown."""
    return _measured(case, case.first_response_seconds, case.first_response_at)


def resolution(case: MeasuredCase) -> tuple[str, int] | None:
    """Return clock and seconds of the resolution, or None unless the customer confirmed it."""
    if case.closure_reason != "confirmed":
        return None
    return _measured(case, case.resolution_seconds, case.closed_at)


METRICS: dict[str, Callable[[MeasuredCase], tuple[str, int] | None]] = {
    "first_response_time": first_response,
    "resolution_time": resolution,
}


def durations_of(cases: Iterable[MeasuredCase]) -> Durations:
    """Return the durations of all cases."""
    found: dict[Measured, list[int]] = {}
    for case in cases:
        for metric, measure in METRICS.items():
            if measured := measure(case):
                clock, seconds = measured
                found.setdefault(Measured(metric, clock, case.case_kind), []).append(seconds)
    return {key: sorted(seconds) for key, seconds in found.items()}


def _measured(
    case: MeasuredCase, seconds: int | None, end: datetime | None
) -> tuple[str, int] | None:
    if seconds is not None:
        return case.duration_clock or "unnamed", seconds
    if case.opened_at is None or end is None or end < case.opened_at:
        return None
    return "calendar", int((end - case.opened_at).total_seconds())
