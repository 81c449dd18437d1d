"""The command that loads sample data and publishes sample figures."""

import click

from feedback_app import sample
from feedback_app.base import times
from feedback_app.commands.published import add_to, refuse_mixing
from feedback_app.commands.with_program import with_program
from feedback_app.program import Program
from feedback_app.publish.drafts import ClockSetBackError, approve, new_drafts
from published_results import NOTE_FORMAT, Approval, PublishedNote, ResultsError, read_folder

_BY = "sample data"


@click.command("sample")
@click.option("--publish", is_flag=True, help="Also publish its figures, in FEEDBACK_RESULTS.")
@with_program(ClockSetBackError, ResultsError)
def sample_command(program: Program, publish: bool) -> None:
    """Load half a year of sample data, once. It is labelled as sample data everywhere."""
    count = sample.load(program, times.now())
    click.echo(
        f"Loaded {count} sample cases."
        if count
        else "There are sample cases already, from this command or from 'feedback mint', so none "
        "were loaded."
    )
    if publish:
        _publish(program)


def _publish(program: Program) -> None:
    published, now = read_folder(program.settings.results), times.now()
    refuse_mixing(program, published, sample=True)
    drafts, _ = new_drafts(program.database, program.facts, published, now, sample=True)
    files = approve(drafts, program.facts, published, _BY, now)
    notes = []
    if files and not published.notes:
        week = files[-1].period.last_week
        notes.append(
            PublishedNote(
                format=NOTE_FORMAT,
                week=week,
                number=1,
                sample=True,
                approved=Approval(by=_BY, at=now),
                text=sample.NOTE,
            )
        )
    if not files:
        click.echo("No more sample figures to publish yet.")
    add_to(program, [*files, *notes])
