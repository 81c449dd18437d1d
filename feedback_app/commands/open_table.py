"""Opens a file of closed cases for a command and turns known errors into clear messages."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from feedback_app.commands.table_options import TableOptions
from feedback_app.intake.csv.column_checks import (
    ColumnError,
    ambiguous,
    check_numbers,
    detected_formats,
)
from feedback_app.intake.csv.errors import CSVFileError
from feedback_app.intake.csv.file import CSVRow, CSVTable, opened
from feedback_app.intake.csv.footers import Footers
from feedback_app.intake.csv.rejected import RejectedFileError, as_imported
from feedback_app.intake.csv.row_reader import RowReader
from feedback_app.intake.dates import DateFormatError
from feedback_app.intake.mapping import CaseMapping, MappingError, labels
from feedback_app.intake.mapping_file import MappingTables
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
    footers: Footers = field(default_factory=lambda: Footers(-1, -1))

    def rows(self) -> Iterator[CSVRow]:
        """Open the file again and yield its rows, without the lines below the table."""
        self.footers = Footers(*map(self.place, _REQUIRED))
        with _opened(self.file, self.options) as self.table:
            yield from self.footers.without(as_imported(self.file, self.table)[1])

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
    tables = options.tables
    try:
        reader = tables.reader(program.facts, program.zone, now)
        if errors := tables.word_errors(reader):
            raise MappingError("; ".join(errors))
        with _opened(file, options) as table:
            columns, _ = as_imported(file, table)
            mapping = tables.mapping.for_columns(columns, SOURCE)
            _print_detected(file, table, None if tables.time_zone else program.zone)
        tables = _checked(program, file, options, mapping, columns)
        reader = tables.reader(program.facts, program.zone, now)
        yield OpenTable(file, options, columns, RowReader(mapping, reader, columns), table)
    except (MappingError, DateFormatError) as error:
        raise click.UsageError(str(error)) from error
    except (CSVFileError, RejectedFileError, ColumnError) as error:
        raise StoppedError(str(error)) from error


_REQUIRED = ("closed_at", "case_number")


def _opened(file: Path, options: TableOptions) -> AbstractContextManager[CSVTable]:
    return opened(
        file,
        options.encoding,
        options.delimiter,
        options.sheet,
        options.tables.mapping.wanted(),
    )


def _checked(
    program: Program,
    file: Path,
    options: TableOptions,
    mapping: CaseMapping,
    columns: Sequence[str],
) -> MappingTables:
    """Return the tables, with the date format that all dates of the file have.

    Raises ColumnError if case numbers were rounded, or the order of day and month is not known.
    """
    tables, known = options.tables, labels(columns)
    closed_at, number = (_place(mapping, columns, name) for name in _REQUIRED)

    def matching_rows() -> Iterator[CSVRow]:
        with _opened(file, options) as table:
            for row in as_imported(file, table)[1]:
                if not row.error and mapping.matches(dict(zip(known, row.cells, strict=True))):
                    yield row

    if number >= 0:
        check_numbers(columns[number], matching_rows, number)
    if closed_at < 0 or tables.date_format or "closed_at" in tables.date_formats:
        return tables
    formats = detected_formats(
        matching_rows,
        closed_at,
        tables.dates(program.zone, program.facts.languages),
        lambda text: _with_format(tables, text).dates(program.zone, program.facts.languages),
    )
    if not formats:
        return tables
    chosen = formats[0]
    if len(formats) > 1:
        message = ambiguous(columns[closed_at], formats)
        if not sys.stdin.isatty():
            raise ColumnError(message)
        click.echo(message)
        texts = [one.text for one in formats]
        text = click.prompt("Format", type=click.Choice(texts))
        chosen = formats[texts.index(text)]
    click.echo(f"dates are read as {chosen.text}, such as {chosen.examples[0]}")
    return _with_format(tables, chosen.text)


def _with_format(tables: MappingTables, text: str) -> MappingTables:
    return tables.model_copy(update={"date_format": text})


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
