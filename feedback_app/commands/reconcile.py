"""The command that finds closed cases which never came in."""

from datetime import timedelta
from pathlib import Path

import click

from feedback_app.base import times
from feedback_app.base.times import to_text
from feedback_app.commands.open_table import open_table
from feedback_app.commands.table_options import TableOptions, table_options
from feedback_app.commands.with_program import with_program
from feedback_app.intake.csv.importing import Import
from feedback_app.intake.csv.reconciliation import compare
from feedback_app.program import Program
from feedback_app.records import ClosedCase
from feedback_app.store import cases


@click.command(
    epilog="""The exit code is 0 when every closed case of the export came in, 1 when one was
    missed or its row could not be read, 2 when the comparison could not begin or go on."""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@table_options
@with_program()
def reconcile(program: Program, file: Path, options: TableOptions) -> None:
    """Compare FILE, an export of the case system as CSV, with what came in. Stores nothing.

    Closed cases that never came in are listed. Name their source as the webhook or key does, such
    as --set source=jira. 'feedback invite' with the same options takes them in.
    """
    within = timedelta(hours=program.facts.survey.same_closure_hours)
    read = came_in = missed = rejected = not_matching = 0
    sources: set[str] = set()
    with open_table(program, file, options, times.now()) as opened:
        job = Import(case_intake=program.case_intake, mapping=opened.mapping, normal=opened.normal)
        for part in compare(program.database, job, opened.columns, opened.rows, within):
            read, came_in = read + part.read, came_in + part.came_in
            not_matching += part.not_matching
            missed, rejected = missed + len(part.missed), rejected + len(part.rejected)
            sources |= {case.source for case in part.missed}
            for row in part.rejected:
                click.echo(str(row))
            for case in part.missed:
                click.echo(_line(case))
    for source in sorted(sources):
        if not cases.has_source(program.database, source):
            click.echo(f"nothing ever came in from {source}: is it called so by --set source=…?")
    click.echo(
        f"{read} rows read: {came_in + missed} closed cases, {came_in} came in, {missed} missed, "
        f"{rejected} rejected, {not_matching} not matching"
    )
    if missed or rejected:
        raise click.exceptions.Exit(1)


def _line(case: ClosedCase) -> str:
    return f"missed: {case.case_number} closed {to_text(case.closed_at)}"
