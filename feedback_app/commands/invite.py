"""The command that takes closed cases from a CSV file and asks their customers."""

import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from feedback_app.base import times
from feedback_app.commands.open_table import SOURCE, open_table
from feedback_app.commands.table_options import TableOptions, table_options
from feedback_app.commands.with_program import with_program
from feedback_app.intake.csv.file import Table
from feedback_app.intake.csv.importing import Batch, Counts, Import
from feedback_app.intake.csv.rejected import RejectedRows, path_beside
from feedback_app.intake.mapping import FIELDS
from feedback_app.program import Program

_LISTED = 20


@click.command(
    epilog=f"""The fields are: {", ".join(FIELDS)}. Needed are case_number and closed_at; case_id
    is the case number unless mapped, source is "{SOURCE}". No field takes an agent's name.

    The exit code is 0 when no row was rejected, 1 when one was, 2 when the import could not
    begin or go on."""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@table_options
@click.option(
    "--dry-run",
    is_flag=True,
    help="Count and list as usual, but store and send nothing. Other writers wait meanwhile.",
)
@click.option("--ask-anyway", is_flag=True, help="Ask about cases closed long ago, too.")
@with_program()
def invite(
    program: Program, file: Path, options: TableOptions, dry_run: bool, ask_anyway: bool
) -> None:
    """Take closed cases from FILE, a CSV file, and invite their customers to the survey.

    Running it again changes nothing. Rejected rows are listed and written to FILE.rejected.csv:
    mend them there and invite that file. The next run of FILE writes it anew.
    """
    with open_table(program, file, options, times.now()) as opened:
        job = Import(
            case_intake=program.case_intake,
            mapping=opened.mapping,
            normal=opened.normal,
            ask_anyway=ask_anyway,
        )
        columns, rows = opened.columns, opened.rows
        if dry_run:
            rehearsed = job.rehearse(program.database, columns, rows)
            counts = _follow(file, opened.table, rehearsed)
        else:
            path = path_beside(file)
            aside = RejectedRows(program.database, path, columns, opened.normal.now)
            batches = job.run(program.database, columns, rows)
            counts = _follow(file, opened.table, batches, aside)
    if dry_run:
        click.echo("dry run: nothing was stored or sent")
    click.echo(counts)
    if counts.rejected:
        raise click.exceptions.Exit(1)


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
