"""Opens a CSV file for a command and turns known errors into clear messages."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from feedback_app.commands.table_options import TableOptions
from feedback_app.intake.closed_case import CaseReader
from feedback_app.intake.csv.file import CSVFileError, CSVRow, CSVTable, opened
from feedback_app.intake.csv.rejected import RejectedFileError, as_imported
from feedback_app.intake.dates import DateFormatError
from feedback_app.intake.mapping import CaseMapping, MappingError
from feedback_app.program import Program

SOURCE = "csv"


class StoppedError(click.ClickException):
    """The command cannot start or continue."""

    exit_code = 2


@dataclass(frozen=True)
class OpenTable:
    """The table, its original columns and rows, and how they are read."""

    table: CSVTable
    columns: Sequence[str]
    rows: Iterator[CSVRow]
    mapping: CaseMapping
    reader: CaseReader


@contextmanager
def open_table(
    program: Program, file: Path, options: TableOptions, now: datetime
) -> Iterator[OpenTable]:
    """Open `file`, print what was detected, and check that its columns can be used.

    Errors in the options, the file or the block end the command with exit code 2.
    """
    tables = options.tables
    try:
        reader = CaseReader.of(program.facts, tables.dates(program.zone), now)
        if errors := tables.word_errors(reader):
            raise MappingError("; ".join(errors))
        with opened(file, options.encoding, options.delimiter) as table:
            columns, rows = as_imported(file, table)
            mapping = tables.mapping.for_columns(columns, SOURCE)
            _print_detected(file, table, None if tables.time_zone else program.zone)
            yield OpenTable(table, columns, rows, mapping, reader)
    except (MappingError, DateFormatError) as error:
        raise click.UsageError(str(error)) from error
    except (CSVFileError, RejectedFileError) as error:
        raise StoppedError(str(error)) from error


def _print_detected(file: Path, table: CSVTable, assumed_zone: ZoneInfo | None) -> None:
    """Print what was detected or assumed, so that people notice a wrong guess."""
    sign = {"\t": "tab"}.get(table.delimiter, table.delimiter)
    click.echo(f"{file.name}: {table.encoding}, cells separated by {sign}")
    if assumed_zone:
        click.echo(
            f"dates without an offset are read as {assumed_zone.key}, the team's time zone: "
            "choose another one with --timezone"
        )
