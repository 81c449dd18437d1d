"""Checks whole columns: the format of dates, the order of day and month, and rounded numbers."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from feedback_app.intake.case_number import EXCEL_DIGITS, may_be_rounded
from feedback_app.intake.csv.file import CSVRow
from feedback_app.intake.dates import DateFormatError, DateReader
from feedback_app.intake.errors import CSVFileError, quoted

# Reading the whole file once more is only needed if its first rows give a reason.
_FIRST_ROWS = 20
# One or two numbers can end in zeros by chance.
_FEW = 3
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


def check_numbers(column: str, rows: Callable[[], Iterable[CSVRow]], at: int) -> None:
    """Raise CSVFileError if all case numbers lost their last digits in a spreadsheet."""
    first = list(islice(_texts(rows(), at), _FIRST_ROWS))
    if len(first) < _FEW or not all(map(may_be_rounded, first)):
        return
    if all(map(may_be_rounded, _texts(rows(), at))):
        raise CSVFileError(
            f"every number in {quoted(column)} ends in zeros after {EXCEL_DIGITS} digits, such as "
            f"{first[0]}: a spreadsheet rounded them. Export the column again as text"
        )


def detected_formats(
    rows: Callable[[], Iterable[CSVRow]],
    at: int,
    plain: DateReader,
    reader_of: Callable[[str], DateReader],
) -> list[FormatCount]:
    """Return the formats that fit the column best, or [] if its dates need no format."""
    first = list(islice(_texts(rows(), at), _FIRST_ROWS))
    if any(map(plain.can_read, first)):
        return []
    return best_formats(_texts(rows(), at), reader_of)


def ambiguous(column: str, formats: Sequence[FormatCount]) -> str:
    """Return why a date format is needed, with the options that choose one."""
    choices = " or ".join(f"--date-format '{one.text}'" for one in formats)
    return (
        f"the dates in {quoted(column)}, such as {quoted(formats[0].examples[0])}, can be read "
        f"with the day or the month first. Choose {choices}"
    )


def _texts(rows: Iterable[CSVRow], at: int) -> Iterator[str]:
    for row in rows:
        if at < len(row.cells) and (text := row.cells[at].strip()):
            yield text


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
