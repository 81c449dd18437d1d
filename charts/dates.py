"""Dates as customers read them: one form per language."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_interval, format_skeleton

# CLDR's "en" is American: month before day.
_LOCALES = {"en": "en_GB"}


def long_date(when: date, language: str) -> str:
    """Return a date such as "30 November 2026"."""
    return str(format_date(when, "long", _locale(language)))


def short_date(when: date, language: str) -> str:
    """Return a date such as "30 Nov 2026"."""
    return str(format_skeleton("yMMMd", when, locale=_locale(language)))


def date_range(first: date, last: date, language: str) -> str:
    """Return the days from `first` to `last`, such as "16–22 Nov 2026"."""
    return str(format_interval(first, last, "yMMMd", locale=_locale(language)))


def date_with_weekday(when: date, language: str) -> str:
    """Return a date such as "Monday, 30 November 2026"."""
    return str(format_date(when, "full", _locale(language)))


def date_and_time(
    when: datetime,
    language: str,
    zone: ZoneInfo,
    day: Callable[[date, str], str] = long_date,
) -> str:
    """Return the date, time and time zone such as "30 November 2026, 13:05 CET"."""
    time = format_datetime(when, "HH:mm z", zone, _locale(language))
    return f"{day(when.astimezone(zone), language)}, {time}"


def _locale(language: str) -> str:
    return _LOCALES.get(language, language)
