"""The export formats, and how the answers of one or more weeks are written in each of them."""

import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feedback_app.base.times import to_text
from feedback_app.base.weeks import weeks_between
from feedback_app.database.contract import Database
from feedback_app.records import AnsweredCase
from feedback_app.reports.csv_export import week_as_csv
from feedback_app.reports.html_export import weeks_as_html
from feedback_app.reports.json_export import export_as_json
from feedback_app.reports.markdown_export import week_as_markdown
from feedback_app.reports.overview import overview_of
from feedback_app.reports.weeks import review_week
from feedback_app.reports.xlsx_export import write_workbook
from feedback_app.review.week import WeekReview
from feedback_app.store import annulments, answered_cases
from support_facts import Facts

_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Export:
    """The weeks `first` to `last`, both included, as stored at `now`, labelled in `language`.

    `separator` is a key of `SEPARATORS`, for CSV. `watch` wraps the iterator of answers while they
    are read, for example to show progress.
    """

    database: Database
    facts: Facts
    first: str
    last: str
    language: str
    now: datetime
    separator: str = "comma"
    watch: Callable[[Iterable[AnsweredCase]], Iterable[AnsweredCase]] = iter

    @property
    def weeks(self) -> list[str]:
        """Return all weeks of the export, the earliest first."""
        return weeks_between(self.first, self.last)

    @contextmanager
    def answers(self) -> Iterator[Iterable[AnsweredCase]]:
        """Yield the answers one by one, so that memory does not grow with their number."""
        stream = answered_cases.answered_between(self.database, self.first, self.last, self.now)
        with closing(stream) as answered:
            yield self.watch(answered)

    def annulled(self) -> int:
        """Return how many answers are left out because they are annulled."""
        return annulments.count(self.database, self.first, self.last, self.now)

    def reviews(self) -> Iterator[WeekReview]:
        """Yield the review of each week; only one week is in memory at a time."""
        for week in self.weeks:
            yield review_week(self.database, week, self.facts, self.now)


@dataclass(frozen=True)
class ExportFormat:
    """One format of an export. `name` is also the file extension; `description` is English."""

    name: str
    media_type: str
    description: str
    writer: Callable[[Export], Generator[str | bytes]]

    def write(self, export: Export) -> Generator[bytes]:
        """Yield the file in pieces. Raises ValueError for more answers than the format can hold."""
        with closing(self.writer(export)) as pieces:
            for piece in pieces:
                yield piece.encode() if isinstance(piece, str) else piece

    def file_name(self, first: str, last: str) -> str:
        """Return the name of the file, such as feedback-2026-W40-to-2026-W47.csv."""
        span = first if first == last else f"{first}-to-{last}"
        return f"feedback-{span}.{self.name}"


def _xlsx(export: Export) -> Generator[bytes]:
    # A workbook is a zip file, so it can only be sent once it is complete.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        with export.answers() as answers:
            overview = overview_of(
                export.database, (export.first, export.last), export.facts, export.now
            )
            write_workbook(path, answers, overview, export.facts, export.language)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk


def _csv(export: Export) -> Generator[str]:
    with export.answers() as answers:
        yield from week_as_csv(answers, export.separator)


def _html(export: Export) -> Generator[str]:
    reviews = export.reviews()
    yield from weeks_as_html(reviews, export.first, export.last, export.facts, export.language)


def _markdown(export: Export) -> Generator[str]:
    for review in export.reviews():
        yield week_as_markdown(review, export.facts) + "\n"


def _json(export: Export) -> Generator[str]:
    with export.answers() as answers:
        head = {
            "first_week": export.first,
            "last_week": export.last,
            "as_of": to_text(export.now),
            "annulled": export.annulled(),
        }
        yield from export_as_json(answers, head, export.facts)


# `feedback export` and the leads' export page list these formats in this order.
FORMATS = {
    one.name: one
    for one in (
        ExportFormat(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Workbook (XLSX): summary with chart, answers, weeks, definitions",
            _xlsx,
        ),
        ExportFormat(
            "csv",
            "text/csv; charset=utf-8",
            "CSV: one row per case, for spreadsheets and programs",
            _csv,
        ),
        ExportFormat(
            "html",
            "text/html; charset=utf-8",
            "HTML: the review in one file, for printing",
            _html,
        ),
        ExportFormat(
            "md",
            "text/markdown; charset=utf-8",
            "Markdown: the review for the meeting, in English",
            _markdown,
        ),
        ExportFormat(
            "json",
            "application/json",
            "JSON: answers with their cases, for programs",
            _json,
        ),
    )
}
