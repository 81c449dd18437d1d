"""Detects the format of a column of dates, and whether day and month could be swapped."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from feedback_app.intake.dates import DateFormatError, DateReader

# Rows of other shapes and typing errors must not decide; so many values in favour do.
_CLEAR_LEAD = 100
_PART = r"[0-9]{1,4}|[^\W\d_]+\.?"
_SHAPE = re.compile(
    rf"(?P<first>{_PART})(?P<gap>[./-] ?|\.? |, )(?P<second>{_PART})"
    r"(?P<gap2>[./-] ?|\.? |, )(?P<third>[0-9]{4}|[0-9]{1,2})"
    r"(?:(?P<gap3>,? )(?P<time>[0-9]{1,2}:[0-9]{2}(?P<seconds>:[0-9]{2})?)"
    r"(?P<half> ?[AaPp]\.?[Mm]\.?)?)?(?P<zone> ?(?:Z|[+-][0-9:]{4,6}| [A-Za-z/_]{2,}))?"
)


@dataclass
class FormatCount:
    """A format that a column may have. `fits` values are dates in it, and `examples` are two."""

    text: str
    fits: int = 0
    examples: list[str] = field(default_factory=list)


def swapped(date_format: str) -> str | None:
    """Return the format with day and month swapped, or None if it does not number both."""
    if "%d" not in date_format or "%m" not in date_format:
        return None
    swap = {"%d": "%m", "%m": "%d"}
    return re.sub("%[dm]", lambda found: swap[found[0]], date_format)


def likely_formats(text: str) -> list[str]:
    """Return the formats that a date of this shape may have, the day first."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return []
    rest = _literal(found["gap3"] or "") + _time(found)
    dates = [
        f"{first}{_literal(found['gap'])}{second}{_literal(found['gap2'])}{third}"
        for first, second, third in _orders(found["first"], found["second"], found["third"])
    ]
    return [date + rest for date in dates]


def best_formats(texts: Iterable[str], reader_of: Callable[[str], DateReader]) -> list[FormatCount]:
    """Return the formats that fit most of these dates: several if day and month can be swapped.

    Formats are derived from the first date. An empty list means that there is none.
    """
    counts: list[tuple[FormatCount, DateReader]] = []
    for text in texts:
        if not counts:
            counts = _readers(likely_formats(text), reader_of)
        for count, reader in counts:
            if reader.can_read(text):
                count.fits += 1
                count.examples = [*count.examples, text][:2]
        fits = sorted([0, 0, *(count.fits for count, _ in counts)])
        if fits[-1] - fits[-2] > _CLEAR_LEAD:
            break
    most = max((count.fits for count, _ in counts), default=0)
    return [count for count, _ in counts if most and count.fits == most]


def _readers(
    formats: Sequence[str], reader_of: Callable[[str], DateReader]
) -> list[tuple[FormatCount, DateReader]]:
    found = []
    for text in formats:
        try:
            found.append((FormatCount(text), reader_of(text)))
        except DateFormatError:
            continue
    return found


def _orders(first: str, second: str, third: str) -> list[tuple[str, str, str]]:
    year = "%Y" if len(third) == 4 else "%y"
    if len(first) == 4 and first.isdigit():
        return [("%Y", "%m", "%d")] if len(third) <= 2 else []
    if len(third) == 1:
        return []
    if not first.isdigit():
        return [("%b", "%d", year)]
    if not second.isdigit():
        return [("%d", "%b", year)]
    return [("%d", "%m", year), ("%m", "%d", year)]


def _time(found: re.Match[str]) -> str:
    if not found["time"]:
        text = ""
    else:
        text = ("%I:%M" if found["half"] else "%H:%M") + (":%S" if found["seconds"] else "")
        half = found["half"] or ""
        text += " %p" if half.startswith(" ") else "%p" if half else ""
    zone = found["zone"] or ""
    if zone:
        text += " " * (len(zone) - len(zone.lstrip()))
        text += "%Z" if zone.strip()[0].isalpha() and zone.strip() != "Z" else "%z"
    return text


def _literal(text: str) -> str:
    return text.replace("%", "%%")
