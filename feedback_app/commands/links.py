"""Commands that print survey links: link, mint."""

import click

from feedback_app import sample
from feedback_app.base import times
from feedback_app.commands.named_case import from_source, newest_invitation
from feedback_app.commands.with_program import with_program
from feedback_app.database.contract import Transaction
from feedback_app.program import Program
from feedback_app.records import Invitation
from feedback_app.store import opt_outs


@click.command()
@click.argument("case_number")
@from_source
@with_program()
def link(program: Program, case_number: str, source: str | None) -> None:
    """Print the survey link of a closed case, to paste into your own email.

    The link is valid for the full link lifetime, starting when it is first printed or sent.
    """
    now = times.now()
    with program.database.write() as tx:
        newest = newest_invitation(tx, case_number, source)
        if newest.answered_at or (newest.handed_over_at and newest.expires_at <= now):
            raise click.ClickException(
                f"The link of case {case_number} no longer accepts an answer; "
                f"its state is: {newest.state(now).replace('_', ' ')}."
            )
        program.case_intake.release_link(tx, newest.id, now)
        opted_out = _opted_out(tx, newest)
    if opted_out:
        click.echo("Note: this contact opted out of surveys.", err=True)
    click.echo(program.survey_link(newest.id))


def _opted_out(tx: Transaction, invitation: Invitation) -> bool:
    address = invitation.contact_email
    if address is not None and opt_outs.is_opted_out(tx, address):
        return True
    return invitation.withheld_because == "opt_out"


@click.command()
@click.argument("count", type=click.IntRange(1, 100_000))
@with_program()
def mint(program: Program, count: int) -> None:
    """Print COUNT survey links to try out, one per line. Their cases are sample data."""
    for address in sample.mint(program, count, times.now()):
        click.echo(address)
