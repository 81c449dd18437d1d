"""Answers, sums and definitions as an XLSX workbook, written row by row in bounded memory.

Text cells are written as strings with the quote prefix format, so they do not become formulas,
even when somebody edits them.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from xlsxwriter import Workbook

from feedback_app.base.text import clean
from feedback_app.records import SAMPLE_SOURCE, AnsweredCase, ScoreCount
from feedback_app.reports.csv_export import COLUMNS, row_of
from feedback_app.review.scores import score
from feedback_app.review.trend import sum_weeks
from support_facts import Facts

FORMAT = "feedback-workbook-1"
# Limits of the XLSX format.
_LONGEST_CELL = 32_767
_MOST_ROWS = 1_048_575


class _Counted(NamedTuple):
    """The answers by week and pair of scores, to other wordings, and from sample data."""

    scores: Counter[tuple[str, int, int]]
    other_wordings: int
    sample: int


def write_workbook(
    path: Path,
    answered: Iterable[AnsweredCase],
    weeks: list[str],
    facts: Facts,
    language: str,
    notes: list[str],
) -> int:
    """Write the answers of `weeks` to `path` and return their number.

    The sheets are summary, answers, low answers and definitions. `notes` are
    written in the first row of the summary.
    Raises ValueError for more answers than a sheet has rows.
    """
    # constant_memory writes each row to a temporary file, so sheets may be filled in any order.
    workbook = Workbook(str(path), {"constant_memory": True})
    try:
        text = workbook.add_format({"quote_prefix": True})
        sheets = [
            workbook.add_worksheet(name)
            for name in ("Summary", "Answers", "Low answers", "Definitions")
        ]
        summary, answers, low, definitions = sheets
        counted = _write_answers(answers, low, answered, facts, text)
        _write_summary(summary, counted, weeks, facts, notes)
        _write_definitions(definitions, facts, language)
    finally:
        workbook.close()
    return counted.scores.total() + counted.other_wordings


def _write_answers(
    answers: Any, low: Any, answered: Iterable[AnsweredCase], facts: Facts, text: Any
) -> _Counted:
    """Write both sheets and return the counts for the summary."""
    counts: Counter[tuple[str, int, int]] = Counter()
    low_row = others = sample = 0
    wording, threshold = facts.survey.wording_version, facts.survey.low_threshold
    for sheet in (answers, low):
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name)
    for row, case in enumerate(answered, 1):
        if row > _MOST_ROWS:
            raise ValueError(f"a sheet holds at most {_MOST_ROWS} answers; export fewer weeks")
        cells = row_of(case, _text)
        _write_row(answers, row, cells, text)
        if case.is_low(threshold):
            low_row += 1
            _write_row(low, low_row, cells, text)
        sample += case.source == SAMPLE_SOURCE
        if case.wording_version in (None, wording):
            counts[case.answered_week or "", score(case, "ease"), score(case, "satisfaction")] += 1
        else:
            others += 1
    return _Counted(counts, others, sample)


def _write_row(sheet: Any, row: int, cells: list[str | int | None], text: Any) -> None:
    for column, cell in enumerate(cells):
        if cell.__class__ is int:
            sheet.write_number(row, column, cell)
        elif cell:
            sheet.write_string(row, column, cell, text)


def _text(value: str) -> str:
    # Most cells are one printable line and need no cleaning.
    if not value or (value.isprintable() and len(value) <= _LONGEST_CELL):
        return value
    return clean(value)[:_LONGEST_CELL]


def _write_summary(
    sheet: Any,
    counted: _Counted,
    weeks: list[str],
    facts: Facts,
    notes: list[str],
) -> None:
    if counted.sample:
        notes = [*notes, f"sample answers: {counted.sample}"]
    sheet.write_row(0, 0, [FORMAT, f"{weeks[0]} to {weeks[-1]}", *notes])
    if counted.other_wordings:
        left_out = f"answers to older wordings, not counted here: {counted.other_wordings}"
        sheet.write_string(1, 0, left_out)
    shorts = [facts.metric(question.metric).short for question in facts.questions]
    heads = [f"{short} {name}" for short in shorts for name in (1, 2, 3, 4, 5, "mean")]
    sheet.write_row(2, 0, ["week", "answers", *heads])
    found = [ScoreCount(*key, answers) for key, answers in counted.scores.items()]
    for row, period in enumerate(sum_weeks(found, weeks, facts), 3):
        sheet.write_string(row, 0, period.first if row > 3 else "Total")
        sheet.write_number(row, 1, period.answers)
        column = 2
        for scores in period.scores:
            for count in scores.counts:
                sheet.write_number(row, column, count)
                column += 1
            if scores.mean is not None:
                sheet.write_number(row, column, scores.mean)
            column += 1


def _write_definitions(sheet: Any, facts: Facts, language: str) -> None:
    sheet.set_column(1, 5, 40)
    rows = [("short", "name", "definition", "formula", "not counted", "direction")]
    rows += [
        (
            metric.short,
            metric.name[language],
            metric.definition[language],
            metric.formula[language],
            metric.excludes[language],
            metric.direction[language],
        )
        for metric in facts.metrics
    ]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell)
