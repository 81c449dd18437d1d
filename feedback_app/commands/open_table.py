"""A CSV file opened for a command, with what its columns mean; known errors become clear lines."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from feedback_app.commands.table_options import TableOptions
from feedback_app.intake.closed_case import NormalForm
from feedback_app.intake.csv.file import Row, Table, opened
from feedback_app.intake.csv.lines import CSVFileError
from feedback_app.intake.csv.rejected import RejectedFileError, as_imported
from feedback_app.intake.dates import DateFormatError
from feedback_app.intake.faults import FaultyCaseError
from feedback_app.intake.mapping import CaseMapping, MappingError
from feedback_app.program import Program

SOURCE = "csv"


class StoppedError(click.ClickException):
    """The command could not begin or go on."""

    exit_code = 2


@dataclass(frozen=True)
class OpenTable:
    """The table, its columns and rows as they were exported, and how they are read."""

    table: Table
    columns: Sequence[str]
    rows: Iterator[Row]
    mapping: CaseMapping
    normal: NormalForm


@contextmanager
def open_table(
    program: Program, file: Path, options: TableOptions, now: datetime
) -> Iterator[OpenTable]:
    """Open `file`, say what was found out about it, and check that its columns can be used.

    What cannot be read in the block ends the command with exit code 2.
    """
    try:
        normal = NormalForm.of(program.facts, options.moments(program.zone), now)
        normal.check(options.constants)
        if faults := options.written.word_faults(normal):
            raise MappingError("; ".join(faults))
        with opened(file, options.encoding, options.delimiter) as table:
            columns, rows = as_imported(file, table)
            mapping = options.mapping.for_columns(columns, SOURCE)
            _introduce(file, table, None if options.names_zone else program.zone)
            yield OpenTable(table, columns, rows, mapping, normal)
    except (MappingError, FaultyCaseError, DateFormatError) as error:
        raise click.UsageError(str(error)) from error
    except (CSVFileError, RejectedFileError) as error:
        raise StoppedError(str(error)) from error


def _introduce(file: Path, table: Table, guessed_zone: ZoneInfo | None) -> None:
    """Say once what was found out or assumed, so that a wrong guess is seen."""
    sign = {"\t": "tab"}.get(table.delimiter, table.delimiter)
    click.echo(f"{file.name}: {table.encoding}, cells separated by {sign}")
    if guessed_zone:
        click.echo(
            f"dates without an offset are read as {guessed_zone.key}, the team's time zone: "
            "name another with --timezone"
        )
