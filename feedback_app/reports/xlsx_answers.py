"""The sheets of a workbook with one row per answer.

Text is written as strings with the quote prefix, so a cell does not become a formula even when
somebody edits it.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from feedback_app.base.text import clean
from feedback_app.records import AnsweredCase
from feedback_app.reports.names import care_name, flag_name
from feedback_app.reports.xlsx_book import Book, serial_date

# Limits of the XLSX format.
_LONGEST_CELL = 32_767
_MOST_ROWS = 1_048_575
_DATE, _NUMBER, _SHORT, _TEXT, _COMMENT = 20, 8, 16, 24, 70


def N_(text: str) -> str:  # noqa: N802
    """Mark a text for translation."""
    return text


# The heading and width of each column by field. The headings of the scores are their short names.
_COLUMNS = {
    "answered_at": (N_("Answered (%(zone)s)"), _DATE),
    "case_number": (N_("Case"), _SHORT),
    "customer": (N_("Customer"), _TEXT),
    "team": (N_("Team"), _SHORT),
    "case_kind": (N_("Case kind"), _SHORT),
    "ease": ("", _NUMBER),
    "satisfaction": ("", _NUMBER),
    "comment": (N_("Comment"), _COMMENT),
    "themes": (N_("Themes"), _TEXT),
    "contact_welcome": (N_("OK to contact"), _SHORT),
    "care": (N_("Handle with care"), _TEXT),
    "closed_at": (N_("Closed (%(zone)s)"), _DATE),
    "closure_reason": (N_("Reason for closing"), _TEXT),
    "language": (N_("Language"), _SHORT),
    "answered_week": (N_("Week of the answer"), _SHORT),
    "closed_week": (N_("Week of closing"), _SHORT),
    "flags": (N_("May be automated"), _TEXT),
    "revision": (N_("Version of the answer"), _SHORT),
    "wording_version": (N_("Version of the questions"), _SHORT),
    "source": (N_("Case system"), _SHORT),
    "case_url": (N_("Address of the case"), _TEXT),
}
_FIELDS = list(_COLUMNS)
_values_of = attrgetter(*_FIELDS)


def write_answers(book: Book, sheets: tuple[Any, Any], answered: Iterable[AnsweredCase]) -> int:
    """Write all answers to the first sheet and the low ones to the second; return their number.

    Raises ValueError for more answers than a sheet has rows.
    """
    (every, low), rows, low_rows = sheets, 0, 0
    threshold, cells_of, formats = book.facts.survey.low_threshold, _cells_of(book), _formats(book)
    widths = [width for _, width in _COLUMNS.values()]
    for sheet in sheets:
        book.write_header(sheet, headings(book).values(), widths)
    for rows, case in enumerate(answered, 1):
        if rows > _MOST_ROWS:
            raise ValueError(f"a sheet holds at most {_MOST_ROWS} answers; export fewer weeks")
        cells = cells_of(case)
        _write_row(every, rows, cells, formats)
        if case.is_low(threshold):
            low_rows += 1
            _write_row(low, low_rows, cells, formats)
    for sheet, count in ((every, rows), (low, low_rows)):
        sheet.autofilter(0, 0, count, len(_FIELDS) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:Z{_MOST_ROWS}"})
    return rows


def headings(book: Book) -> dict[str, str]:
    """Return the heading of each column by field, in the order of the columns."""
    zone = {"zone": book.facts.organisation.time_zone}
    scores = {one.key: book.facts.metric(one.metric).short for one in book.facts.questions}
    texts = {field: book.gettext(text) % zone for field, (text, _) in _COLUMNS.items() if text}
    return {field: texts.get(field) or scores[field] for field in _FIELDS}


def _formats(book: Book) -> list[Any]:
    styles = book.styles
    special = {"answered_at": styles.moment, "closed_at": styles.moment, "comment": styles.wrapped}
    return [special.get(field, styles.text) for field in _FIELDS]


def _write_row(sheet: Any, row: int, cells: list[Any], styles: list[Any]) -> None:
    for column, cell in enumerate(cells):
        kind = cell.__class__
        if kind is int or kind is float:
            sheet.write_number(row, column, cell, styles[column])
        elif cell:
            sheet.write_string(row, column, cell, styles[column])


def _cells_of(book: Book) -> Callable[[AnsweredCase], list[Any]]:
    """Return the function that returns the cells of a case: numbers, dates as float, or text."""
    facts, language, zone = book.facts, book.language, book.zone
    kinds, reasons, themes = (
        {one.key: one.name[language] for one in entries}
        for entries in (facts.case_kinds, facts.closure_reasons, facts.themes)
    )
    by_field: dict[str, Callable[[Any], Any]] = {
        **dict.fromkeys(("answered_at", "closed_at"), lambda when: serial_date(when, zone)),
        **dict.fromkeys(("case_number", "customer", "team", "comment", "case_url"), _text),
        "case_kind": lambda key: kinds.get(key, key),
        "closure_reason": lambda key: reasons.get(key, key),
        "themes": lambda keys: ", ".join(themes.get(key, key) for key in keys),
        "flags": lambda flags: ", ".join(flag_name(flag, language) for flag in flags),
        "care": lambda reason: care_name(reason, language),
    }
    converters = [(_FIELDS.index(field), convert) for field, convert in by_field.items()]
    contact = _FIELDS.index("contact_welcome")
    yes_no = {True: book.gettext("yes"), False: book.gettext("no"), None: None}

    def cells(case: AnsweredCase) -> list[Any]:
        row = list(_values_of(case))
        for column, convert in converters:
            if value := row[column]:
                row[column] = convert(value)
        row[contact] = yes_no[row[contact]]
        return row

    return cells


def _text(value: str) -> str:
    # Most cells are one printable line and need no cleaning.
    if value.isprintable() and len(value) <= _LONGEST_CELL:
        return value
    return clean(value)[:_LONGEST_CELL]
