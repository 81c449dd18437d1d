"""Numbers as people read them."""

import math

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def percent(fraction: float) -> str:
    """Return 0.375 as "38 %": whole per cents, halves upward."""
    return f"{_whole_percent(fraction)} %"


def percent_range(low: float, high: float) -> str:
    """Return two fractions from 0 to 1 as "38–96 %"."""
    return f"{_whole_percent(low)}–{_whole_percent(high)} %"


def mean(value: float) -> str:
    """Return a mean score with one decimal; a week's answers carry no more."""
    return f"{value:.1f}"


def duration(seconds: float, clock: str) -> str:
    """Return seconds as "45 s", "35 min", "2 h 5 min" or "3 d 4 h".

    Days are counted on the calendar only: nobody knows how many business hours make one.
    """
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if clock == "calendar" and whole >= 2 * _DAY:
        return _two_units(whole // _DAY, "d", whole % _DAY // _HOUR, "h")
    return _two_units(whole // _HOUR, "h", whole % _HOUR // _MINUTE, "min")


def _two_units(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"


def _whole_percent(fraction: float) -> int:
    return math.floor(fraction * 100 + 0.5)
