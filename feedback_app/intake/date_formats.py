"""Date formats as in Python's strptime, with month names of several languages and zone names.

`datetime.strptime` takes ten times as long, knows one language and ignores time zone names.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache, cached_property

from babel.dates import get_day_names, get_month_names, get_period_names

from feedback_app.intake.errors import quoted

_DIGITS = {
    **dict.fromkeys("dmHIMS", "[0-9]{1,2}"),
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    "f": "[0-9]{1,9}",
}
_WORD = r"[^\W\d_]+(?:\.[^\W\d_]+)*\.?"
_TEXTS = {
    "b": _WORD,
    "B": _WORD,
    "a": _WORD,
    "A": _WORD,
    "p": _WORD,
    "z": "Z|[+-][0-9]{2}:?[0-9]{2}",
    "Z": r"[A-Za-z][\w+/-]*",
}
_PARTS = _DIGITS | _TEXTS
_DIRECTIVE = re.compile(r"%(.?)|(\s+)|([^%\s]+)", re.DOTALL)
# Java and Excel write these German and English months in a way that CLDR does not list.
_MORE_MONTHS = {"mrz": 3, "sept": 9}
# What two digits mean as a year, as in strptime (POSIX): 69 to 99 are 1969 to 1999.
_PIVOT = 69


class DateFormatError(ValueError):
    """Dates cannot be read in this format. The message says why and how to write one."""


class DateFormat:
    """One format. `languages` are those of month and day names, in addition to English.

    `zone_named` returns the time zone that a name after a local time (%Z) means.
    Raises DateFormatError for a format without day, month or year.
    """

    def __init__(
        self, text: str, zone_named: Callable[[str, datetime], tzinfo], languages: tuple[str, ...]
    ) -> None:
        self.text, self.languages, self._zone_named = text, languages, zone_named
        try:
            self._pattern = _compiled(text)
            _check(text, self._pattern)
        except ValueError as error:
            raise DateFormatError(
                f"{quoted(text)} is not a valid date format: {error}. "
                "Write one such as %d/%m/%Y %H:%M"
            ) from None

    @cached_property
    def has_separate_time(self) -> bool:
        """Return whether one space separates the date from the time, and no zone is named."""
        day, _, at = self.text.partition(" ")
        days, times = set(re.findall("%(.)", day)), set(re.findall("%(.)", at))
        return bool(times) and days <= set("dmYyb") and times <= set("HIMSp")

    def parse(self, text: str) -> datetime:
        """Return the time that `text` is in this format, without zone if it names none.

        Raises ValueError if it is not in this format.
        """
        match = self._pattern.fullmatch(text)
        if match is None:
            raise ValueError(text)
        found = match.groupdict()
        local = datetime.combine(_day(found, self.languages), _time(found, self.languages))
        if offset := found.get("z"):
            return local.replace(tzinfo=_offset(offset))
        if name := found.get("Z"):
            return local.replace(tzinfo=self._zone_named(name, local))
        return local


@cache
def months(languages: Sequence[str]) -> Mapping[str, int]:
    """Return the number of each month by its names in lower case, without a final dot."""
    found = dict(_MORE_MONTHS)
    for language in ("en", *languages):
        for width in ("abbreviated", "wide"):
            for context in ("format", "stand-alone"):
                names = get_month_names(width, context, language)
                found |= {_key(name): number for number, name in names.items()}
    return found


@cache
def _afternoon(languages: Sequence[str]) -> Mapping[str, bool]:
    found = {"am": False, "pm": True}
    for language in languages:
        names = get_period_names("abbreviated", "format", language)
        found |= {_key(names[one]): one == "pm" for one in ("am", "pm") if one in names}
    return found


@cache
def _weekdays(languages: Sequence[str]) -> frozenset[str]:
    return frozenset(
        _key(name)
        for language in ("en", *languages)
        for width in ("abbreviated", "wide", "short")
        for context in ("format", "stand-alone")
        for name in get_day_names(width, context, language).values()
    )


def _key(word: str) -> str:
    return word.casefold().replace(".", "")


def _compiled(text: str) -> re.Pattern[str]:
    """Return the pattern of a format. Raises ValueError for a directive that is not supported."""
    parts = []
    for directive, space, literal in _DIRECTIVE.findall(text):
        if space:
            parts.append(r"\s+")
        elif literal:
            parts.append(re.escape(literal))
        elif directive == "%":
            parts.append("%")
        elif directive in _PARTS:
            parts.append(f"(?P<{directive}>{_PARTS[directive]})")
        else:
            known = " ".join(f"%{name}" for name in _PARTS)
            raise ValueError(f"%{directive} is not supported, but {known} are")
    try:
        return re.compile("".join(parts), re.IGNORECASE)
    except re.error:
        raise ValueError("a part occurs twice") from None


def _check(text: str, used: re.Pattern[str]) -> None:
    names = set(used.groupindex)
    for part, directives in (("year", "Yy"), ("month", "mbB"), ("day", "d")):
        if not names & set(directives):
            raise ValueError(f"it has no {part}")
    if "I" in names and "p" not in names:
        raise ValueError("it has %I without %p, so morning and afternoon look the same")
    if not text.isprintable():
        raise ValueError("it has control characters")


def _day(found: Mapping[str, str], languages: Sequence[str]) -> date:
    weekday = found.get("a") or found.get("A")
    if weekday and _key(weekday) not in _weekdays(languages):
        raise ValueError(weekday)
    if word := found.get("b") or found.get("B"):
        month = months(languages).get(_key(word), 0)
    else:
        month = int(found["m"])
    year = int(found.get("Y") or found["y"])
    if "Y" not in found:
        year += 1900 if year >= _PIVOT else 2000
    return date(year, month, int(found["d"]))


def _time(found: Mapping[str, str], languages: Sequence[str]) -> time:
    hour = int(found.get("H") or 0)
    if "I" in found:
        hour = int(found["I"])
        afternoon = _afternoon(languages).get(_key(found["p"]))
        if afternoon is None or not 1 <= hour <= 12:
            raise ValueError(found["p"])
        hour = hour % 12 + (12 if afternoon else 0)
    return time(hour, int(found.get("M") or 0), int(found.get("S") or 0))


def _offset(text: str) -> tzinfo:
    if text in "Zz":
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if minutes > 59:
        raise ValueError(text)
    return timezone(sign * timedelta(hours=hours, minutes=minutes))
