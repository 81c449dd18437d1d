"""The XLSX workbook: summary with chart, answers, low answers, weeks and definitions."""

from collections.abc import Iterable
from pathlib import Path

from feedback_app.records import AnsweredCase
from feedback_app.reports.overview import Overview
from feedback_app.reports.xlsx_answers import write_answers
from feedback_app.reports.xlsx_book import Book
from feedback_app.reports.xlsx_summary import write_definitions, write_summary
from feedback_app.reports.xlsx_weeks import trend_chart, write_weeks
from support_facts import Facts


def write_workbook(
    path: Path,
    answered: Iterable[AnsweredCase],
    overview: Overview,
    facts: Facts,
    language: str,
) -> int:
    """Write the answers and their figures to `path` in bounded memory; return their number.

    Raises ValueError for more answers than a sheet has rows.
    """
    book = Book.at(path, facts, language)
    names = (
        book.gettext("Summary"),
        book.gettext("Answers"),
        book.gettext("Low answers"),
        book.gettext("Weeks"),
        book.gettext("Definitions"),
    )
    try:
        summary, answers, low, weeks, definitions = map(book.workbook.add_worksheet, names)
        number = write_answers(book, (answers, low), answered)
        write_weeks(book, weeks, overview)
        write_summary(book, summary, overview, trend_chart(book, weeks.get_name(), overview))
        write_definitions(book, definitions, overview)
    finally:
        book.workbook.close()
    return number
