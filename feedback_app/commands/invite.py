"""The command that imports closed cases from a CSV file and invites their customers: invite."""

import gc
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import click

from feedback_app.base import times
from feedback_app.commands.invite_report import (
    LISTED_ROWS,
    preview_lines,
    print_footers,
    print_rows,
    print_way_back,
    value_lines,
)
from feedback_app.commands.open_table import SOURCE, OpenTable, StoppedError, open_table
from feedback_app.commands.table_options import TableOptions, table_options
from feedback_app.commands.terminal import progress
from feedback_app.commands.with_program import with_program
from feedback_app.intake.csv.importing import Batch, Import, ImportCounts
from feedback_app.intake.csv.preview import Preview, swapped_order
from feedback_app.intake.csv.rejected import RejectedRows, rejected_path
from feedback_app.intake.mapping import FIELDS
from feedback_app.program import Program

_COLLECT_AFTER = 100_000


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
    help="Show what would happen, but store and send nothing.",
)
@click.option(
    "--ask-anyway",
    is_flag=True,
    help="Also ask about cases that closed long ago, that are not in the random sample, and about "
    "likely duplicates.",
)
@click.option(
    "--max-emails",
    type=click.IntRange(min=0),
    metavar="N",
    help="Send up to N emails without asking. Default: survey.emails_per_import of support.toml.",
)
@with_program()
def invite(
    program: Program,
    file: Path,
    options: TableOptions,
    dry_run: bool,
    ask_anyway: bool,
    max_emails: int | None,
) -> None:
    """Import closed cases from FILE and invite their customers to the survey.

    FILE is a CSV file or an Excel workbook (.xlsx). Lines above and below its table are ignored.

    You can run it again: cases that were imported before count as duplicates. So do cases that
    another source sent with the same number, closing time and contact. Rejected rows are
    listed and written to FILE.rejected.csv. Correct them there and invite that file. The next run
    of FILE overwrites it.
    """
    now = times.now()
    with open_table(program, file, options, now) as opened:
        job = Import(
            case_intake=program.case_intake, row_reader=opened.row_reader, ask_anyway=ask_anyway
        )
        preview, rejected = _preview(program, opened), None
        batches = job.dry_run(program.database, preview.watched(opened.rows()))
        outcome = _run(file, opened, batches, preview.add)
        if not dry_run:
            _check_emails(preview, outcome.counts, max_emails)
            rejected = RejectedRows(program.database, rejected_path(file), opened.columns, now)
            batches = job.run(program.database, opened.rows())
            outcome = _run(file, opened, batches, lambda batch: rejected.add(batch.rejected))
            rejected.finish()
    counts = outcome.counts
    print_rows(outcome.listed, outcome.left_out, counts, rejected)
    print_footers(opened.footers)
    mapping = opened.row_reader.mapping
    lines: Iterable[str] = ()
    if dry_run:
        lines = preview_lines(preview, counts, mapping, program.zone)
    elif counts.read and counts.not_matching == counts.read:
        lines = value_lines(preview, mapping)
    for line in lines:
        click.echo(line)
    click.echo(counts)
    print_way_back(counts, job.run_id)
    if counts.rejected:
        raise click.exceptions.Exit(1)


@dataclass
class _Outcome:
    counts: ImportCounts = field(default_factory=ImportCounts)
    listed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def _check_emails(preview: Preview, counts: ImportCounts, max_emails: int | None) -> None:
    """Ask before more emails than allowed are sent, or end the command without a terminal."""
    allowed = preview.emails_per_import if max_emails is None else max_emails
    if counts.emails <= allowed:
        return
    too_many = f"This import would send {counts.emails} emails, but at most {allowed} are allowed."
    if not sys.stdin.isatty():
        raise StoppedError(
            f"{too_many} Nothing was imported. Check it with --dry-run, then add "
            f"--max-emails {counts.emails}."
        )
    if not click.confirm(f"{too_many} Send them?"):
        raise StoppedError("Nothing was imported.")


def _preview(program: Program, opened: OpenTable) -> Preview:
    row_reader, rules = opened.row_reader, program.facts.survey
    return Preview(
        now=row_reader.reader.now,
        emails_due=program.case_intake.emails_due(row_reader.reader.now),
        closed_at=opened.place("closed_at"),
        case_number=opened.place("case_number"),
        where={label: row_reader.columns.index(label) for label in row_reader.mapping.compared},
        swapped=swapped_order(row_reader.reader.dates_of("closed_at")),
        emails_per_import=rules.emails_per_import,
        emails_per_contact=rules.emails_per_contact,
    )


def _run(
    file: Path, opened: OpenTable, batches: Generator[Batch], handle: Callable[[Batch], None]
) -> _Outcome:
    """Process the batches with a progress bar, and return the counts and the first faults."""
    outcome = _Outcome()
    # Rows have no reference cycles, and looking for some takes a third of the time of a preview.
    gc.set_threshold(_COLLECT_AFTER)
    with closing(batches), progress(file.stat().st_size, file.name) as bar:
        for batch in batches:
            handle(batch)
            outcome.counts.add(batch.counts)
            for found, rows in (
                (outcome.listed, batch.rejected),
                (outcome.left_out, batch.left_out),
            ):
                found += [str(row) for row in rows[: LISTED_ROWS - len(found)]]
            bar.update(opened.table.bytes_read - bar.pos)
    return outcome
