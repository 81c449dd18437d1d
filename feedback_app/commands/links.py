"""Commands that print survey links: link, mint."""

from datetime import datetime

import click

from feedback_app import sample
from feedback_app.base import times
from feedback_app.base.addresses import ascii_address
from feedback_app.commands.named_case import from_source, newest_invitation
from feedback_app.commands.with_program import with_program
from feedback_app.database.contract import Transaction
from feedback_app.program import Program
from feedback_app.records import Invitation
from feedback_app.store import leads, opt_outs
from feedback_app.survey import renewals

_REFUSALS = {
    "answered": "the customer has answered, so there is nothing to ask again.",
    "superseded": "a later closing replaced this survey, so this one is not sent again.",
    "reopened": "the case is open again; its survey follows when it is closed.",
    "no_address": "the case has no email address; add --address ADDRESS.",
    "erased": "the contact's address was erased, so the survey cannot be sent again.",
    "opted_out": "this contact opted out of surveys.",
    "never_asked": "this address never gets a survey (own or automatic address).",
}


@click.command()
@click.argument("case_number")
@click.option(
    "--renew",
    is_flag=True,
    help="Make a new link, also if the old one expired or its email bounced, and send the closure "
    "email again. Earlier links stop working.",
)
@click.option("--address", help="Correct the contact's email address. Implies --renew.")
@from_source
@with_program()
def link(
    program: Program, case_number: str, renew: bool, address: str | None, source: str | None
) -> None:
    """Print the survey link of a closed case, to paste into your own email.

    The link is valid for the full link lifetime, starting when it is first printed or sent.
    """
    now = times.now()
    with program.database.write() as tx:
        newest = newest_invitation(tx, case_number, source)
        if renew or address:
            newest = _renewed(program, tx, newest, address, now)
        if (
            newest.answered_at
            or newest.superseded_at
            or (newest.handed_over_at and newest.expires_at <= now)
        ):
            raise click.ClickException(
                f"The link of case {case_number} no longer accepts an answer; "
                f"its state is: {newest.state(now).replace('_', ' ')}. If it expired, add --renew."
            )
        program.case_intake.release_links(tx, [newest.id], now)
        address = newest.contact_email
        opted_out = newest.withheld_because == "opt_out" or (
            address is not None and opt_outs.is_opted_out(tx, address)
        )
    if opted_out:
        click.echo("Note: this contact opted out of surveys.", err=True)
    click.echo(program.survey_link(newest.id))


def _renewed(
    program: Program, tx: Transaction, invitation: Invitation, typed: str | None, now: datetime
) -> Invitation:
    address = ascii_address(typed.strip()) if typed else None
    if typed and not address:
        raise click.BadParameter(f"{typed!r} is not an email address", param_hint="--address")
    try:
        renewed = renewals.renew(program, tx, invitation.id, "lead", now, address)
    except renewals.RenewalRefusedError as error:
        why = _REFUSALS[error.reason]
        raise click.ClickException(f"Case {invitation.case_number}: {why}") from error
    leads.record_action(tx, leads.COMMAND_LINE, "survey sent again", invitation.case_number, now)
    if program.case_intake.we_send:
        click.echo("The closure email will be sent again, with this link.", err=True)
    return renewed


@click.command()
@click.argument("count", type=click.IntRange(1, 100_000))
@with_program()
def mint(program: Program, count: int) -> None:
    """Print COUNT survey links to try out, one per line. Their cases are sample data."""
    for address in sample.mint(program, count, times.now()):
        click.echo(address)
