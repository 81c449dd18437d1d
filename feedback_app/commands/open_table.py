"""Opens a file of closed cases for a command and turns known errors into clear messages."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from feedback_app.commands.table_options import TableOptions
from feedback_app.intake.csv.columns import (
    FormatCount,
    ambiguous,
    check_numbers,
    detected_formats,
)
from feedback_app.intake.csv.file import CSVRow, CSVTable, opened
from feedback_app.intake.csv.footers import without_footers
from feedback_app.intake.csv.rejected import as_imported
from feedback_app.intake.csv.row_reader import RowReader
from feedback_app.intake.dates import DateReader
from feedback_app.intake.errors import CSVFileError
from feedback_app.intake.mapping import MappingError, labels
from feedback_app.intake.mapping_file import TIME_FIELDS, CaseMapping
from feedback_app.program import Program

SOURCE = "csv"


class StoppedError(click.ClickException):
    """The command cannot start or continue."""

    exit_code = 2


@dataclass
class OpenTable:
    """A table that can be read several times: its original columns, and how rows are read.

    `table` and `footers` are those of the last time that `rows` was called.
    """

    file: Path
    options: TableOptions
    columns: Sequence[str]
    row_reader: RowReader
    table: CSVTable
    footers: list[CSVRow] = field(default_factory=list)

    def rows(self) -> Iterator[CSVRow]:
        """Open the file again and yield its rows, without the lines below the table."""
        self.footers = []
        with _opened(self.file, self.options) as self.table:
            _, rows = as_imported(self.file, self.table)
            closed_at, case_number = self.place("closed_at"), self.place("case_number")
            yield from without_footers(rows, closed_at, case_number, self.footers)

    def place(self, field_name: str) -> int:
        """Return the position of the column that fills a field, or -1 if none does."""
        return _place(self.row_reader.mapping, self.columns, field_name)


@contextmanager
def open_table(
    program: Program, file: Path, options: TableOptions, now: datetime
) -> Iterator[OpenTable]:
    """Open `file`, print what was detected, and check that its columns can be used.

    Errors in the options, the file or the block end the command with exit code 2.
    """
    try:
        reader = options.mapping.reader(program.facts, program.zone, now)
        if errors := options.mapping.word_errors(reader):
            raise MappingError("; ".join(errors))
        with _opened(file, options) as table:
            columns, _ = as_imported(file, table)
            mapping = options.mapping.for_columns(columns, SOURCE)
            _print_detected(file, table, None if mapping.time_zone else program.zone)
        mapping = _with_date_formats(program, file, options, mapping, columns)
        reader = mapping.reader(program.facts, program.zone, now)
        yield OpenTable(file, options, columns, RowReader(mapping, reader, columns), table)
    except MappingError as error:
        raise click.UsageError(str(error)) from error
    except CSVFileError as error:
        raise StoppedError(str(error)) from error


def _opened(file: Path, options: TableOptions) -> AbstractContextManager[CSVTable]:
    return opened(
        file, options.encoding, options.delimiter, options.sheet, options.mapping.wanted()
    )


def _with_date_formats(
    program: Program,
    file: Path,
    options: TableOptions,
    mapping: CaseMapping,
    columns: Sequence[str],
) -> CaseMapping:
    """Return the mapping with the formats of the dates in the file.

    Raises CSVFileError if case numbers were rounded, or the order of day and month is not known.
    """
    known, number = labels(columns), _place(mapping, columns, "case_number")

    def matching_rows() -> Iterator[CSVRow]:
        with _opened(file, options) as table:
            for row in as_imported(file, table)[1]:
                if not row.error and mapping.matches(dict(zip(known, row.cells, strict=True))):
                    yield row

    if number >= 0:
        check_numbers(columns[number], matching_rows, number)
    if mapping.date_format:
        return mapping
    zone, languages = program.zone, program.facts.languages
    found = mapping
    for name in TIME_FIELDS:
        at = _place(mapping, columns, name)
        if at < 0 or name in mapping.date_formats:
            continue
        plain = found.dates(zone, languages, name)
        formats = detected_formats(
            matching_rows, at, plain, partial(_dates_as, mapping, zone, languages)
        )
        if name == "closed_at" and formats:
            chosen = _chosen(columns[at], formats)
            # The format of closing times also applies to other dates that fit it.
            found = found.model_copy(update={"date_format": chosen.text})
        elif len(formats) == 1:
            chosen = formats[0]
            own = {**found.date_formats, name: chosen.text}
            found = found.model_copy(update={"date_formats": own})
        else:
            continue
        click.echo(f"{name} is read as {chosen.text}, such as {chosen.examples[0]}")
    return found


def _chosen(column: str, formats: Sequence[FormatCount]) -> FormatCount:
    """Return the only format, or the one that somebody at a terminal chooses."""
    if len(formats) == 1:
        return formats[0]
    message = ambiguous(column, formats)
    if not sys.stdin.isatty():
        raise CSVFileError(message)
    click.echo(message)
    texts = [one.text for one in formats]
    return formats[texts.index(click.prompt("Format", type=click.Choice(texts)))]


def _dates_as(
    mapping: CaseMapping, zone: ZoneInfo, languages: Sequence[str], date_format: str
) -> DateReader:
    return mapping.model_copy(update={"date_format": date_format}).dates(zone, languages)


def _place(mapping: CaseMapping, columns: Sequence[str], name: str) -> int:
    """Return the position of the column that fills a field, or -1 if it has the same value."""
    label = mapping.columns.get(name)
    return labels(columns).index(label) if label else -1


def _print_detected(file: Path, table: CSVTable, assumed_zone: ZoneInfo | None) -> None:
    """Print what was detected or assumed, so that people notice a wrong guess."""
    sign = {"\t": "tab"}.get(table.delimiter, table.delimiter)
    kind = f"sheet {table.sheet}" if table.sheet else f"{table.encoding}, cells separated by {sign}"
    click.echo(f"{file.name}: {kind}")
    if table.header_line > 1:
        click.echo(f"the table begins at line {table.header_line}")
    if assumed_zone:
        click.echo(
            f"dates without an offset are read as {assumed_zone.key}, the team's time zone:\n"
            "  choose another one with --timezone"
        )
