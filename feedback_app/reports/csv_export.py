"""One row a case, for spreadsheets: UTF-8 with a byte order mark, commas, CRLF.

The first cell of the header starts with the format and its version: `feedback-week-1:case_number`.
A program reads the file with `csv.DictReader` (encoding "utf-8-sig"), checks that cell up to the
colon, and takes the guard off every cell with `unguarded`.
"""

import csv
from collections.abc import Callable, Iterable, Iterator

from feedback_app.base.spreadsheet import guarded
from feedback_app.base.text import clean
from feedback_app.base.times import to_text
from feedback_app.records import AnsweredCase

FORMAT = "feedback-week-1"
BYTE_ORDER_MARK = "\ufeff"
COLUMNS = (
    "case_number",
    "case_kind",
    "team",
    "customer",
    "language",
    "closure_reason",
    "closed_at",
    "closed_week",
    "answered_at",
    "answered_week",
    "ease",
    "satisfaction",
    "comment",
    "contact_welcome",
    "flags",
    "revision",
    "source",
    "case_url",
    "wording_version",
)


class _Line:
    """A file for `csv.writer` that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def week_as_csv(answered: Iterable[AnsweredCase]) -> Iterator[str]:
    """Yield the lines of the file, the byte order mark first. Encode them as UTF-8."""
    write = csv.writer(_Line()).writerow
    yield BYTE_ORDER_MARK + write([f"{FORMAT}:{COLUMNS[0]}", *COLUMNS[1:]])
    for case in answered:
        yield write(row_of(case, _text))


def row_of(case: AnsweredCase, text: Callable[[str | None], str | None]) -> list[str | int | None]:
    """Return the cells of a case in the order of `COLUMNS`; `text` makes what people wrote safe."""
    return [
        text(case.case_number),
        text(case.case_kind),
        text(case.team),
        text(case.customer),
        text(case.language),
        text(case.closure_reason),
        to_text(case.closed_at),
        case.closed_week,
        to_text(case.answered_at) if case.answered_at else None,
        case.answered_week,
        case.ease,
        case.satisfaction,
        text(case.comment),
        {True: "yes", False: "no", None: None}[case.contact_welcome],
        text(" ".join(case.flags)),
        case.revision,
        text(case.source),
        text(case.case_url),
        case.wording_version,
    ]


def _text(value: str | None) -> str:
    if not value:
        return ""
    # Most cells are one printable line that starts with a letter or digit: nothing to do there.
    if value.isprintable():
        return value if value[0].isalnum() and ";" not in value else guarded(value)
    return guarded(clean(value))
