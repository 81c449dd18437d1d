"""An export of one or more weeks in any form, piece by piece."""

import tempfile
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from feedback_app.base.times import to_text
from feedback_app.base.weeks import weeks_between
from feedback_app.database.contract import Database
from feedback_app.records import AnsweredCase
from feedback_app.reports.csv_export import week_as_csv
from feedback_app.reports.html_export import weeks_as_html
from feedback_app.reports.json_export import export_as_json
from feedback_app.reports.markdown_export import week_as_markdown
from feedback_app.reports.xlsx_export import write_workbook
from feedback_app.review.week import WeekReview, summarise_week
from feedback_app.store import answered_cases
from support_facts import Facts

_PIECE = 64 * 1024


class Form(NamedTuple):
    """A form of export: its media type, and what it is good for."""

    media_type: str
    good_for: str


FORMS = {
    "xlsx": Form(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "a workbook: summary, answers, low answers, definitions",
    ),
    "csv": Form("text/csv; charset=utf-8", "one row a case with an answer"),
    "md": Form("text/markdown; charset=utf-8", "the review for the meeting, as Markdown"),
    "html": Form("text/html; charset=utf-8", "the review for printing, one file"),
    "json": Form("application/json", "answers with their cases, for programs"),
}

Watch = Callable[[Iterable[AnsweredCase]], Iterable[AnsweredCase]]


def export(
    database: Database,
    facts: Facts,
    first: str,
    last: str,
    form: str,
    language: str,
    now: datetime,
    watch: Watch = lambda answered: answered,
) -> Generator[bytes, None, None]:
    """Yield the weeks `first` to `last` in one of `FORMS`.

    Rows are read as they are written, so memory does not grow with their number; Markdown and
    HTML hold one week at a time. `watch` is handed the answers on their way (for progress).
    """
    with closing(answered_cases.answered_between(database, first, last, now)) as answered:
        watched = watch(answered)
        if form == "csv":
            yield from _encoded(week_as_csv(watched))
        elif form == "json":
            yield from _encoded(export_as_json(watched, first, last, facts, to_text(now)))
        elif form == "xlsx":
            yield from _workbook(watched, weeks_between(first, last), facts, language, now)
    reviews = (_review(database, week, facts, now) for week in weeks_between(first, last))
    if form == "md":
        yield from _encoded(week_as_markdown(review, facts) + "\n" for review in reviews)
    elif form == "html":
        yield from _encoded(weeks_as_html(reviews, first, last, facts, language))


def _encoded(pieces: Iterable[str]) -> Generator[bytes, None, None]:
    for piece in pieces:
        yield piece.encode()


def _workbook(
    answered: Iterable[AnsweredCase],
    weeks: list[str],
    facts: Facts,
    language: str,
    now: datetime,
) -> Generator[bytes, None, None]:
    # A workbook is a zip file: its parts are known only at the end.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        write_workbook(path, answered, weeks, facts, language, to_text(now))
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def _review(database: Database, week: str, facts: Facts, now: datetime) -> WeekReview:
    answered = answered_cases.answered_in(database, week, now)
    cohort = answered_cases.closed_in(database, week, now)
    return summarise_week(week, answered, cohort, facts, now)
