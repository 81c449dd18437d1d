"""ISO weeks in the support team's time zone, written 2026-W47."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_FIRST_YEAR = 2000
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_TYPED = re.compile(r"(?:w|kw|week|woche|[^a-z0-9]|[0-9]{1,4}(?![0-9]))*", re.IGNORECASE)


def week_of(moment: datetime, zone: ZoneInfo) -> str:
    """Return the ISO week of `moment` in `zone` (2027-01-01 is in 2026-W53)."""
    return _text(moment.astimezone(zone).date())


def parse_week(text: str) -> str:
    """Return `text` if it is an existing week, else raise ValueError with the expected format."""
    match = _WEEK.fullmatch(text)
    if match:
        try:
            date.fromisocalendar(int(match[1]), int(match[2]), 1)
        except ValueError:
            pass
        else:
            return text
    raise ValueError(f"{text!r} is not a week: write the ISO year and week, such as 2026-W47")


def reviewed_week(text: str, this_week: str) -> str:
    """Return `text` if it is a week from 2000 to the end of next year.

    The limits keep sums over many weeks inside the calendar. Raises ValueError with the limits.
    """
    week, last_year = parse_week(text), int(this_week[:4]) + 1
    if not _FIRST_YEAR <= int(week[:4]) <= last_year:
        raise ValueError(
            f"{week} is out of range: use a week from {_FIRST_YEAR}-W01 to the end of {last_year}"
        )
    return week


def typed_week(text: str, this_week: str) -> str:
    """Return the week that somebody typed: 2026-W45, 45, KW 45, 45/2026, or a date in it.

    A date is 2026-11-05 or, day first, 5.11.2026 and 5/11/2026. A number alone is the latest such
    week that has begun. Raises ValueError for anything else.
    """
    numbers = [int(number) for number in re.findall("[0-9]+", text)]
    if not _TYPED.fullmatch(text) or not 1 <= len(numbers) <= 3:
        raise ValueError(f"{text!r} is neither a week such as 2026-W45 nor a date")
    if len(numbers) == 3:
        year, month, day = numbers if numbers[0] > 31 else numbers[::-1]
        return _text(date(year, month, day))
    year, number = (max(numbers), min(numbers)) if len(numbers) == 2 else (0, numbers[0])
    if not year:
        year = int(this_week[:4])
        year -= f"{year}-W{number:02d}" > this_week
    return parse_week(f"{year:04d}-W{number:02d}")


def week_bounds(week: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the start of `week` and of the next week, in UTC.

    Both are Monday midnight in `zone`, 167 to 169 hours apart if the clocks change.
    """
    monday = _monday(week)
    start, end = (
        datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        for day in (monday, monday + timedelta(days=7))
    )
    return start, end


def weeks_back(week: str, count: int) -> list[str]:
    """Return `count` weeks ending with `week`, oldest first."""
    monday = _monday(week)
    return [_text(monday - timedelta(weeks=back)) for back in reversed(range(count))]


def group_of(week: str) -> list[str]:
    """Return the weeks published together with `week`: 4, 4 and 5 weeks per quarter.

    A 53rd week joins the last group of its year.
    """
    year, number = (int(part) for part in parse_week(week).split("-W"))
    place = min(number - 1, 51)
    start = place // 13 * 13 + (place % 13 // 4 * 4 if place % 13 < 12 else 8)
    length = 5 if start % 13 == 8 else 4
    weeks = [f"{year:04d}-W{start + one:02d}" for one in range(1, length + 1)]
    if start + length == 52 and _has_53_weeks(year):
        weeks.append(f"{year:04d}-W53")
    return weeks


def parse_span(text: str) -> tuple[str, str]:
    """Return the first and the last week of "2026-W40..2026-W47", or of a single week.

    Raises ValueError with the expected format.
    """
    first, separator, last = text.partition("..")
    first, last = parse_week(first), parse_week(last if separator else first)
    if last < first:
        raise ValueError(f"{text!r} ends before it starts: write the earlier week first")
    return first, last


def weeks_between(first: str, last: str) -> list[str]:
    """Return the weeks from `first` to `last`, both included."""
    count = (_monday(last) - _monday(first)).days // 7 + 1
    return weeks_back(last, count)


def week_after(week: str) -> str:
    """Return the week that follows `week`."""
    return _text(_monday(week) + timedelta(weeks=1))


def days_of(first: str, last: str) -> tuple[date, date]:
    """Return the first day of week `first` and the last day of week `last`."""
    return _monday(first), _monday(last) + timedelta(days=6)


def _has_53_weeks(year: int) -> bool:
    return date(year, 12, 28).isocalendar().week == 53


def _text(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _monday(week: str) -> date:
    year, number = parse_week(week).split("-W")
    return date.fromisocalendar(int(year), int(number), 1)
