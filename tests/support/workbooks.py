"""Reading workbooks, and the figures that a workbook of given answers has."""

import re
import zipfile
from collections import Counter
from dataclasses import fields, replace
from pathlib import Path
from xml.etree import ElementTree

from feedback_app.base.weeks import weeks_back, weeks_between
from feedback_app.records import AnsweredCase, ScoreCount, WeekTotals
from feedback_app.reports.overview import Overview
from feedback_app.review.trend import WEEKS, sum_trend, sum_weeks
from tests.support.answered import FACTS, NOW, WEEK

_NOTHING = WeekTotals(
    **dict.fromkeys((field.name for field in fields(WeekTotals)), 0) | {"open_until": None}
)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Sheets = dict[str, list[list[str]]]


def opened(path: Path) -> Sheets:
    """Return the cells of every sheet, and fail where a cell is a formula or the file is broken."""
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        parts = {name: ElementTree.fromstring(file.read(name)) for name in file.namelist()}
    names = [one.get("name", "") for one in parts["xl/workbook.xml"].iter(f"{MAIN}sheet")]
    sheets: Sheets = {}
    for number, name in enumerate(names, 1):
        sheet = parts[f"xl/worksheets/sheet{number}.xml"]
        assert not list(sheet.iter(f"{MAIN}f"))
        sheets[name] = [_row(row) for row in sheet.iter(f"{MAIN}row")]
    return sheets


def _row(row: ElementTree.Element) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{MAIN}c"):
        column = _column(re.sub(r"\d", "", cell.get("r", "")))
        cells += [""] * (column - len(cells))
        text = "".join(one.text or "" for one in cell.iter() if one.tag in (f"{MAIN}t", f"{MAIN}v"))
        # This file format writes characters it cannot hold, and its own sign for them, as _xHHHH_.
        cells.append(re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text))
    return cells


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def overview_for(cases: list[AnsweredCase], first: str = WEEK, last: str = WEEK) -> Overview:
    """Return the figures of these answers to the current wording."""
    scores = Counter(
        (case.answered_week or "", case.ease or 0, case.satisfaction or 0) for case in cases
    )
    counts = [ScoreCount(*key, number) for key, number in scores.items()]
    shown = weeks_between(min(first, weeks_back(last, WEEKS)[0]), last)
    return Overview(
        first=first,
        last=last,
        as_of=NOW,
        totals=replace(_NOTHING, answers=len(cases)),
        period=sum_weeks(counts, weeks_between(first, last), FACTS)[0],
        weeks=sum_weeks(counts, shown, FACTS)[1:],
        trend=sum_trend(counts, last, FACTS),
        annulled=0,
    )
