"""The command that lists closed cases missing from our database: reconcile."""

from datetime import timedelta
from pathlib import Path

import click

from feedback_app.base import times
from feedback_app.base.text import visible
from feedback_app.base.times import to_text
from feedback_app.commands.invite_report import print_footers
from feedback_app.commands.open_table import open_table
from feedback_app.commands.table_options import TableOptions, table_options
from feedback_app.commands.with_program import with_program
from feedback_app.intake.csv.importing import Import, ImportCounts
from feedback_app.program import Program
from feedback_app.store import cases


@click.command(
    epilog="""The exit code is 0 if every closed case of the export was received, 1 if one is
    missing or its row cannot be read, 2 if the comparison cannot start or continue."""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@table_options
@with_program()
def reconcile(program: Program, file: Path, options: TableOptions) -> None:
    """Compare FILE, an export of the case system, with the cases received. Stores nothing.

    Missing closed cases are listed. Set the source that the webhook or key uses, for example
    --set source=jira. 'feedback invite' with the same options imports the missing cases.
    """
    within = timedelta(hours=program.facts.survey.same_closure_hours)
    counts, received, missing = ImportCounts(), 0, 0
    missing_sources: set[str] = set()
    with open_table(program, file, options, times.now()) as opened:
        job = Import(case_intake=program.case_intake, row_reader=opened.row_reader)
        for batch in job.batches(opened.rows()):
            counts.add(batch.counts)
            for row in batch.rejected:
                click.echo(visible(str(row)))
            for case in batch.cases:
                if cases.is_known_near(program.database, case, within):
                    received += 1
                    continue
                missing += 1
                missing_sources.add(case.source)
                click.echo(visible(f"missing: {case.case_number} closed {to_text(case.closed_at)}"))
    print_footers(opened.footers)
    for source in sorted(missing_sources):
        if not cases.has_source(program.database, source):
            click.echo(visible(f"no case was ever received from {source}: check --set source=…"))
    click.echo(
        f"{counts.read} rows read: {received + missing} closed cases, {received} received, "
        f"{missing} missing, {counts.rejected} rejected, {counts.not_matching} filtered out"
    )
    if missing or counts.rejected:
        raise click.exceptions.Exit(1)
