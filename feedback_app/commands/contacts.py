"""Commands about contacts: bounce, opt-out."""

from typing import BinaryIO

import click

from feedback_app.base import times
from feedback_app.commands.named_case import from_source, newest_invitation
from feedback_app.commands.with_program import with_program
from feedback_app.database.contract import Transaction
from feedback_app.mail.bounces import ReportError, returned_message
from feedback_app.mail.closure import CLOSURE_KINDS
from feedback_app.program import Program
from feedback_app.records import Invitation
from feedback_app.store import invitations, opt_outs, outbox


@click.command()
@click.argument("case_number", required=False)
@click.option(
    "--report",
    type=click.File("rb"),
    help="Read a bounce report (RFC 3464) from this file, or from standard input with -.",
)
@from_source
@with_program()
def bounce(
    program: Program, case_number: str | None, report: BinaryIO | None, source: str | None
) -> None:
    """Record that a closure email bounced, so its case does not count in the response rate.

    Give either the case number, for the newest email about the case, or the mail server's bounce
    report. The survey link still works, and an answer still counts.
    """
    if (case_number is None) == (report is None):
        raise click.UsageError("Give either CASE_NUMBER or --report FILE.")
    with program.database.write() as tx:
        if report:
            invitation = _reported(tx, report)
        else:
            invitation = newest_invitation(tx, case_number or "", source)
        invitations.mark_bounced(tx, invitation.id, times.now())
    click.echo(f"Case {invitation.case_number}: email marked as bounced.")


def _reported(tx: Transaction, report: BinaryIO) -> Invitation:
    try:
        found = outbox.invitation_of(tx, returned_message(report.read()), CLOSURE_KINDS)
    except ReportError as error:
        raise click.ClickException(str(error)) from error
    invitation = invitations.find(tx, found) if found else None
    if not invitation:
        raise click.ClickException("This bounce report doesn't match any closure email we sent.")
    return invitation


@click.command("opt-out")
@click.argument("address")
@click.option("--ask-again", is_flag=True, help="Allow surveys to ADDRESS again.")
@with_program()
def opt_out(program: Program, address: str, ask_again: bool) -> None:
    """Opt ADDRESS out of surveys, for example after a phone call.

    Its closure emails no longer contain the survey. Only a digest of the address is stored.
    """
    if "@" not in address.strip("@ "):
        raise click.BadParameter(f"{address!r} is not an email address", param_hint="ADDRESS")
    with program.database.write() as tx:
        if ask_again:
            opt_outs.remove(tx, address)
        else:
            opt_outs.add(tx, address, times.now())
    click.echo(f"{address} will get {'surveys again' if ask_again else 'no more surveys'}.")
