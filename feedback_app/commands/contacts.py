"""Commands about whom we reach: bounce, opt-out."""

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
    help="A delivery report (RFC 3464), a file or - for what the mail server pipes in.",
)
@from_source
@with_program()
def bounce(
    program: Program, case_number: str | None, report: BinaryIO | None, source: str | None
) -> None:
    """Record that a closure mail came back: its case leaves the response rate.

    Name the case, whose newest mail is meant, or give the mail server's delivery report. The link
    goes on working, and an answer that arrives all the same counts.
    """
    if (case_number is None) == (report is None):
        raise click.UsageError("name either CASE_NUMBER or --report FILE")
    with program.database.write() as tx:
        if report:
            invitation = _reported(tx, report)
        else:
            invitation = newest_invitation(tx, case_number or "", source)
        invitations.mark_bounced(tx, invitation.id, times.now())
    click.echo(f"case {invitation.case_number}: its mail came back")


def _reported(tx: Transaction, report: BinaryIO) -> Invitation:
    try:
        found = outbox.invitation_told(tx, returned_message(report.read()), CLOSURE_KINDS)
    except ReportError as error:
        raise click.ClickException(str(error)) from error
    invitation = invitations.find(tx, found) if found else None
    if not invitation:
        raise click.ClickException("This bounce report doesn't match any closure email we sent.")
    return invitation


@click.command("opt-out")
@click.argument("address")
@click.option("--ask-again", is_flag=True, help="Take the objection back.")
@with_program()
def opt_out(program: Program, address: str, ask_again: bool) -> None:
    """Record that ADDRESS wants no surveys, as told by phone or mail.

    Its closure mails go on without the survey. Only a digest of the address is kept.
    """
    if "@" not in address.strip("@ "):
        raise click.BadParameter("write a mail address", param_hint="ADDRESS")
    with program.database.write() as tx:
        if ask_again:
            opt_outs.remove(tx, address)
        else:
            opt_outs.add(tx, address, times.now())
    click.echo("asked again after a case" if ask_again else "not asked any more")
