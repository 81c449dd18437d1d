"""One row per case, for spreadsheets: UTF-8 with a byte order mark, and CRLF.

Programs read the file with `csv.DictReader` (encoding "utf-8-sig") and restore each cell with
`feedback_app.base.spreadsheet.unguarded`. Columns keep their names and positions.
"""

import csv
from collections.abc import Iterable, Iterator
from operator import attrgetter

from babel.numbers import get_decimal_symbol

from feedback_app.base.spreadsheet import guarded, needs_no_guard
from feedback_app.base.text import clean
from feedback_app.base.times import to_text
from feedback_app.records import CASE_FIELDS, EXPORTED_CASE_FIELDS, AnsweredCase

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
BYTE_ORDER_MARK = "\ufeff"
# Programs may read columns by position, so this order is fixed and new columns come after it.
_ORDER = (
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
_MARKS = ("themes", "care")
COLUMNS = (*_ORDER, *(name for name in EXPORTED_CASE_FIELDS if name not in _ORDER), *_MARKS)
# Positions of the columns by type: checking the type of every cell makes an export 25% slower.
_KINDS = {"comment": "text", "answered_at": "time"} | {
    name: CASE_FIELDS[name].kind for name in EXPORTED_CASE_FIELDS
}
_TIMES = [at for at, name in enumerate(COLUMNS) if _KINDS.get(name) == "time"]
# Case kinds, closure reasons and languages are not typed: an import accepts only known keys.
_TYPED = [at for at, name in enumerate(COLUMNS) if _KINDS.get(name) in ("text", "email", "url")]
_FLAGS, _CONTACT = COLUMNS.index("flags"), COLUMNS.index("contact_welcome")
_THEMES = COLUMNS.index("themes")
_YES_NO = {True: "yes", False: "no", None: None}
_values_of = attrgetter(*COLUMNS)


class _Line:
    """A file for `csv.writer` that returns each line instead of storing it."""

    def write(self, line: str) -> str:
        return line


def usual_separator(language: str) -> str:
    """Return the key of `SEPARATORS` that a spreadsheet in this language expects.

    Excel separates with semicolons where numbers have a decimal comma.
    """
    return "semicolon" if get_decimal_symbol(language) == "," else "comma"


def week_as_csv(answered: Iterable[AnsweredCase], separator: str = "comma") -> Iterator[str]:
    """Yield the lines of the file, starting with the byte order mark. Encode them as UTF-8.

    `separator` is a key of `SEPARATORS`.
    """
    write = csv.writer(_Line(), delimiter=SEPARATORS[separator]).writerow
    yield BYTE_ORDER_MARK + write(COLUMNS)
    for case in answered:
        yield write(_row_of(case))


def _row_of(case: AnsweredCase) -> list[str | int | None]:
    """Return the cells of a case in the order of `COLUMNS`."""
    cells = list(_values_of(case))
    for column in _TYPED:
        if value := cells[column]:
            cells[column] = value if needs_no_guard(value) else guarded(clean(value))
    for column in _TIMES:
        if value := cells[column]:
            cells[column] = to_text(value)
    cells[_FLAGS] = " ".join(cells[_FLAGS])
    cells[_THEMES] = " ".join(cells[_THEMES])
    cells[_CONTACT] = _YES_NO[cells[_CONTACT]]
    return cells
