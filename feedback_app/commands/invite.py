"""The command that takes closed cases from a CSV file and asks their customers."""

import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from feedback_app import clock
from feedback_app.commands.invite_options import invite_options
from feedback_app.commands.wired import wired
from feedback_app.intake.csv_file import Table, opened
from feedback_app.intake.csv_lines import CSVFileError
from feedback_app.intake.faults import FaultyCaseError
from feedback_app.intake.import_run import Batch, Counts, Import
from feedback_app.intake.mapping import FIELDS, CaseMapping, MappingError
from feedback_app.intake.moments import DateFormatError, Moments
from feedback_app.intake.normal import NormalForm
from feedback_app.intake.rejected import (
    RejectedFileError,
    RejectedRows,
    as_imported,
    path_beside,
)
from feedback_app.wiring import Wiring

SOURCE = "csv"
_LISTED = 20


@click.command(
    epilog=f"""The fields are: {", ".join(FIELDS)}. Needed are case_number and closed_at; case_id
    is the case number unless mapped, source is "{SOURCE}". No field takes an agent's name.

    The exit code is 0 when no row was rejected, 1 when one was, 2 when the import could not
    begin or go on."""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@invite_options
@wired()
def invite(
    wiring: Wiring,
    file: Path,
    columns: dict[str, str],
    constants: dict[str, str],
    where: dict[str, frozenset[str]],
    missing: tuple[str, ...],
    date_format: str | None,
    zone: ZoneInfo | None,
    delimiter: str | None,
    encoding: str | None,
    dry_run: bool,
    ask_anyway: bool,
) -> None:
    """Take closed cases from FILE, a CSV file, and invite their customers to the survey.

    Running it again changes nothing. Rejected rows are listed and written to FILE.rejected.csv:
    mend them there and invite that file. The next run of FILE writes it anew.
    """
    try:
        mapping = CaseMapping(
            columns=columns,
            constants=constants,
            where=where,
            missing=frozenset(missing),
        )
        moments = Moments(zone or wiring.zone, date_format)
        normal = NormalForm.of(wiring.facts, moments, clock.now())
        normal.check(constants)
        with opened(file, encoding, delimiter) as table:
            names, rows = as_imported(file, table)
            job = Import(
                reception=wiring.reception,
                mapping=mapping.for_columns(names, SOURCE),
                normal=normal,
                ask_anyway=ask_anyway,
            )
            _introduce(file, table, wiring.zone if zone is None else None)
            if dry_run:
                counts = _follow(file, table, job.rehearse(wiring.database, names, rows))
            else:
                aside = RejectedRows(wiring.database, path_beside(file), names, normal.now)
                batches = job.run(wiring.database, names, rows)
                counts = _follow(file, table, batches, aside)
    except (MappingError, FaultyCaseError, DateFormatError) as error:
        raise click.UsageError(str(error)) from error
    except (CSVFileError, RejectedFileError) as error:
        raise _StoppedError(str(error)) from error
    if dry_run:
        click.echo("dry run: nothing was stored or sent")
    click.echo(counts)
    if counts.rejected:
        raise click.exceptions.Exit(1)


class _StoppedError(click.ClickException):
    exit_code = 2


def _introduce(file: Path, table: Table, guessed_zone: ZoneInfo | None) -> None:
    """Say once what was found out or assumed, so that a wrong guess is seen."""
    sign = {"\t": "tab"}.get(table.delimiter, table.delimiter)
    click.echo(f"{file.name}: {table.encoding}, cells separated by {sign}")
    if guessed_zone:
        click.echo(
            f"dates without an offset are read as {guessed_zone.key}, the team's time zone: "
            "name another with --timezone"
        )


def _follow(
    file: Path,
    table: Table,
    batches: Generator[Batch],
    aside: RejectedRows | None = None,
) -> Counts:
    """Let the batches come, put rejected rows aside, list some; return the counts."""
    counts = Counts()
    listed: list[str] = []
    with closing(batches), _progress(file) as bar:
        for batch in batches:
            if aside:
                aside.add(batch.rejected)
            counts.add(batch.counts)
            listed += [str(row) for row in batch.rejected[: _LISTED - len(listed)]]
            bar.update(table.bytes_read - bar.pos)
    if aside:
        aside.finish()
    for line in listed:
        click.echo(line)
    _conclude(counts, len(listed), aside)
    return counts


def _conclude(counts: Counts, listed: int, aside: RejectedRows | None) -> None:
    if counts.rejected and aside:
        more = f"and {counts.rejected - listed} more" if counts.rejected > listed else "all of them"
        click.echo(f"{more} in {aside.path}: mend them there, and invite that file")
    elif counts.rejected > listed:
        click.echo(f"and {counts.rejected - listed} more")
    if counts.cleaned:
        click.echo(
            f"{counts.cleaned} rows held characters that cannot be stored, such as NUL: left out"
        )


def _progress(file: Path) -> Any:
    return click.progressbar(
        length=file.stat().st_size,
        label=file.name,
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    )
