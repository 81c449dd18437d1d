"""The command that loads plainly labelled sample data, and publishes it as such."""

import click

from feedback_app import clock, sample
from feedback_app.commands.published import add_to, approved, published_in, refuse_mixing
from feedback_app.commands.wired import wired
from feedback_app.publish.drafts import new_drafts
from feedback_app.wiring import Wiring
from published_results.note import NOTE_FORMAT, Note
from published_results.part import Approval

_BY = "sample data"


@click.command("sample")
@click.option("--publish", is_flag=True, help="Publish its figures too, in a folder of their own.")
@wired()
def sample_command(wiring: Wiring, publish: bool) -> None:
    """Load half a year of plainly labelled sample data, once."""
    count = sample.load(wiring, clock.now())
    click.echo(f"{count} sample cases loaded" if count else "sample data is there already")
    if publish:
        _publish(wiring)


def _publish(wiring: Wiring) -> None:
    published, now = published_in(wiring), clock.now()
    refuse_mixing(wiring, published, sample=True)
    drafts, _ = new_drafts(wiring.database, wiring.facts, published, now, sample=True)
    files = [*approved(wiring, drafts, published, _BY, now)]
    notes = []
    if files and not published.notes:
        week = files[-1].period.last_week
        notes.append(
            Note(
                format=NOTE_FORMAT,
                week=week,
                number=1,
                sample=True,
                approved=Approval(by=_BY, at=now),
                text=sample.NOTE,
            )
        )
    for path in add_to(wiring, [*files, *notes]):
        click.echo(f"sample figures published: {path}")
