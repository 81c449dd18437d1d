"""The command that imports closed cases from a CSV file and invites their customers: invite."""

import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from feedback_app.base import times
from feedback_app.base.text import one_line, visible
from feedback_app.commands.open_table import SOURCE, open_table
from feedback_app.commands.table_options import TableOptions, table_options
from feedback_app.commands.with_program import with_program
from feedback_app.intake.csv.file import CSVTable
from feedback_app.intake.csv.importing import Batch, Import, ImportCounts
from feedback_app.intake.csv.rejected import RejectedRows, rejected_path
from feedback_app.intake.mapping import FIELDS
from feedback_app.program import Program

_LISTED_ROWS = 20


@click.command(
    epilog=f"""The fields are: {", ".join(FIELDS)}. Required are case_number and closed_at. By
    default, case_id is the case number and source is "{SOURCE}". No field takes an agent's name.

    The exit code is 0 if no row was rejected, 1 if one was, 2 if the import could not start or
    continue."""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@table_options
@click.option(
    "--dry-run",
    is_flag=True,
    help="Show the counts and rejected rows, but store and send nothing.",
)
@click.option(
    "--ask-anyway",
    is_flag=True,
    help="Also ask about cases that closed long ago, and about likely duplicates.",
)
@with_program()
def invite(
    program: Program, file: Path, options: TableOptions, dry_run: bool, ask_anyway: bool
) -> None:
    """Import closed cases from FILE, a CSV file, and invite their customers to the survey.

    You can run it again: cases that were imported before count as duplicates. So do cases that
    another source sent with the same number, closing time and contact. Rejected rows are
    listed and written to FILE.rejected.csv. Correct them there and invite that file. The next run
    of FILE overwrites it.
    """
    with open_table(program, file, options, times.now()) as opened:
        job = Import(
            case_intake=program.case_intake,
            mapping=opened.mapping,
            reader=opened.reader,
            ask_anyway=ask_anyway,
        )
        rejected = None
        if not dry_run:
            rejected = RejectedRows(
                program.database, rejected_path(file), opened.columns, opened.reader.now
            )
        process = job.dry_run if dry_run else job.run
        batches = process(program.database, opened.columns, opened.rows)
        counts = _run(file, opened.table, batches, rejected)
    if dry_run:
        click.echo("dry run: nothing was stored or sent")
    click.echo(counts)
    if counts.rejected:
        raise click.exceptions.Exit(1)


def _run(
    file: Path, table: CSVTable, batches: Generator[Batch], rejected: RejectedRows | None
) -> ImportCounts:
    """Process the batches with a progress bar, write and list rejected rows; return the counts."""
    counts = ImportCounts()
    listed: list[str] = []
    with closing(batches), _progress(file) as bar:
        for batch in batches:
            if rejected:
                rejected.add(batch.rejected)
            counts.add(batch.counts)
            listed += [str(row) for row in batch.rejected[: _LISTED_ROWS - len(listed)]]
            bar.update(table.bytes_read - bar.pos)
    if rejected:
        rejected.finish()
    for line in listed:
        click.echo(visible(line))
    _summarise(counts, len(listed), rejected)
    return counts


def _summarise(counts: ImportCounts, listed: int, rejected: RejectedRows | None) -> None:
    more = counts.rejected - listed
    if more:
        click.echo(f"and {more} more")
    if counts.rejected and rejected:
        click.echo(f"all rejected rows are in {rejected.path}: correct them and invite that file")
    for name, count in counts.likely_duplicates.items():
        source = one_line(name)
        rows = "1 row: a likely duplicate" if count == 1 else f"{count} rows: likely duplicates"
        click.echo(
            f"{rows} of cases from source {source} (same number, closing time and contact). Not "
            f"stored, so nobody is asked twice. Import with --set source={source} to match them, "
            "or with --ask-anyway if they are different cases"
        )
    if counts.cleaned:
        click.echo(
            f"{counts.cleaned} rows had characters that cannot be stored, such as NUL; "
            "they were removed"
        )


def _progress(file: Path) -> Any:
    return click.progressbar(
        length=file.stat().st_size,
        label=file.name,
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    )
