"""How numbers, percentages and durations are written, in any language Babel knows."""

import math

from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# Keeps halves that are stored slightly too small, such as 4.35, from being rounded down.
_EPSILON = 1e-9


def number(value: float, decimals: int = 0, language: str = "en") -> str:
    """Return 4.25 as "4.3" with one decimal, or "4,3" in German; halves are rounded up."""
    rounded = _half_up(value, decimals)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(rounded, pattern, locale=language))


def _half_up(value: float, decimals: int = 0) -> float:
    scale = 10**decimals
    rounded: float = math.floor(value * scale + 0.5 + _EPSILON) / scale
    return rounded


def percent(fraction: float, language: str = "en") -> str:
    """Return 0.375 as "38%", in German with a no-break space; halves are rounded up."""
    return str(format_percent(_half_up(fraction * 100) / 100, locale=language))


def percent_range(low: float, high: float, language: str = "en") -> str:
    """Return two fractions from 0 to 1 as "38–96%"."""
    return f"{number(low * 100)}–{percent(high, language)}"


def mean(value: float, language: str = "en") -> str:
    """Return a mean score with one decimal; the answers of a week do not support more."""
    return number(value, 1, language)


def duration(seconds: float, clock: str, language: str = "en") -> str:
    """Return seconds as "45 s", "35 min", "2 h 5 min" or "1 day 4 h".

    Days are used on the calendar clock only, because the length of a business day is unknown.
    """
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if clock == "calendar" and whole >= _DAY:
        large = format_unit(whole // _DAY, "duration-day", locale=language)
        small, unit = whole % _DAY // _HOUR, "h"
    else:
        large, small, unit = f"{number(whole // _HOUR, 0, language)} h", whole % _HOUR // 60, "min"
    return f"{large} {small} {unit}" if small else large
