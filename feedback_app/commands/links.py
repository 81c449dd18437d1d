"""Commands that give out survey links: link, mint, sample."""

from datetime import timedelta

import click

from feedback_app import clock, sample
from feedback_app.commands.wired import wired
from feedback_app.store import invitations
from feedback_app.wiring import Wiring


@click.command()
@click.argument("case_number")
@wired()
def link(wiring: Wiring, case_number: str) -> None:
    """Print the survey link of a closed case, for pasting into your own mail.

    The link works for the whole link lifetime from the moment it is first given out.
    """
    now = clock.now()
    lifetime = timedelta(days=wiring.facts.survey.link_lifetime_days)
    with wiring.database.write() as tx:
        found = invitations.of_case_number(tx, case_number)
        if not found:
            raise click.ClickException(
                f"no closed case has the number {case_number!r}: "
                "import it with 'feedback invite', and mind leading zeros"
            )
        newest = found[-1]
        if newest.answered_at or (newest.handed_over_at and newest.expires_at <= now):
            raise click.ClickException(
                f"the link of case {case_number} takes no answer any more: "
                f"it is {newest.state(now).replace('_', ' ')}"
            )
        invitations.hand_over(tx, newest.id, now, now + lifetime)
    click.echo(wiring.survey_link(newest.id))


@click.command()
@click.argument("count", type=click.IntRange(1, 100_000))
@wired()
def mint(wiring: Wiring, count: int) -> None:
    """Print COUNT fresh survey links for trying out, one a line. They are sample data."""
    for address in sample.mint(wiring, count, clock.now()):
        click.echo(address)


@click.command("sample")
@wired()
def sample_command(wiring: Wiring) -> None:
    """Load three weeks of plainly labelled sample data, once."""
    count = sample.load(wiring, clock.now())
    click.echo(f"{count} sample cases loaded" if count else "sample data is there already")
