"""A workbook with its formats, and what all of its sheets need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook

from feedback_app.base.language import catalogue
from support_facts import Facts

FORMAT = "feedback-workbook-2"
ACCENT = "#1F5A7A"
_A4 = 9
_DAY_ZERO = datetime(1899, 12, 30)
_DAY = timedelta(days=1)
_DATES = {"de": "dd.mm.yyyy"}


@dataclass(frozen=True)
class Book:
    """The workbook of an export, labelled in `language`."""

    workbook: Workbook
    facts: Facts
    language: str

    @classmethod
    def at(cls, path: Path, facts: Facts, language: str) -> "Book":
        """Return a new workbook, which is written to `path` when it is closed.

        constant_memory writes each row to a temporary file: the rows of a sheet have to be written
        in order, and sheets in any order.
        """
        workbook = Workbook(str(path), {"constant_memory": True})
        workbook.set_properties({"comments": FORMAT})
        return cls(workbook, facts, language)

    @property
    def zone(self) -> ZoneInfo:
        """Return the team's time zone, which all dates are in."""
        return ZoneInfo(self.facts.organisation.time_zone)

    @property
    def scores(self) -> list[str]:
        """Return the short names of the scores."""
        return [self.facts.metric(question.metric).short for question in self.facts.questions]

    def gettext(self, message: str) -> str:
        """Return the translation of a text."""
        return catalogue(self.language).gettext(message)

    @cached_property
    def styles(self) -> SimpleNamespace:
        """Return the formats of cells, with dates as they are written in the language."""
        top: dict[str, Any] = {"valign": "top"}
        text = {"quote_prefix": True} | top
        day = {"num_format": _DATES.get(self.language, "d mmm yyyy"), "align": "left"} | top
        white = {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT, "text_wrap": True}
        formats = {
            "title": {"bold": True, "font_size": 20, "font_color": ACCENT},
            "note": {"font_size": 12, "font_color": "#555555"},
            "heading": {"bold": True, "font_size": 13, "font_color": ACCENT},
            "header": white | top,
            "name": {"bold": True} | text,
            "text": text,
            "wrapped": {"text_wrap": True} | text,
            "right": {"bold": True, "align": "right"} | text,
            "number": {"num_format": "#,##0"} | top,
            "mean": {"num_format": "0.0"} | top,
            "share": {"num_format": "0%", "bold": True} | top,
            "day": day,
            "moment": day | {"num_format": f"{day['num_format']} hh:mm"},
        }
        add = self.workbook.add_format
        return SimpleNamespace(**{name: add(values) for name, values in formats.items()})

    def write_header(self, sheet: Any, headings: Iterable[str], widths: Iterable[float]) -> None:
        """Write the first row, which stays visible and is printed on each page."""
        for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, self.styles.header)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        set_up_printing(sheet, pages_high=0)


def set_up_printing(sheet: Any, pages_high: int) -> None:
    """Fit the sheet to the width of a page in A4 landscape; 0 is as many pages as it needs."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, pages_high)


def serial_date(when: datetime, zone: ZoneInfo) -> float:
    """Return a time as a spreadsheet stores it: days since 1899-12-30, in the time zone."""
    return (when.astimezone(zone).replace(tzinfo=None) - _DAY_ZERO) / _DAY


def write_known(sheet: Any, row: int, column: int, value: float | None, style: Any) -> None:
    """Write a number, or nothing if there is none."""
    if value is not None:
        sheet.write_number(row, column, value, style)
