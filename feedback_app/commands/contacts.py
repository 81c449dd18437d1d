"""Commands about contacts: bounce, opt-out, person."""

import json
from typing import BinaryIO

import click

from feedback_app.base import times
from feedback_app.base.text import visible
from feedback_app.commands.named_case import from_source, newest_invitation
from feedback_app.commands.with_program import with_program
from feedback_app.database.contract import Transaction
from feedback_app.jobs.person import as_lines, person, record, set_opted_out
from feedback_app.mail.bounces import MAX_REPORT_BYTES, BounceReport, ReportError, read_report
from feedback_app.mail.closure import CLOSURE_KINDS, REMINDER
from feedback_app.program import Program
from feedback_app.records import Invitation
from feedback_app.store import invitations, opt_outs, outbox
from feedback_app.store.leads import COMMAND_LINE


@click.command()
@click.argument("case_number", required=False)
@click.option(
    "--report",
    type=click.File("rb"),
    help="Read a bounce report (RFC 3464) from this file, or from standard input with -.",
)
@from_source
@with_program(ReportError)
def bounce(
    program: Program, case_number: str | None, report: BinaryIO | None, source: str | None
) -> None:
    """Record that a closure email bounced, so its case does not count in the response rate.

    Give either the case number, for the newest email about the case, or the mail server's bounce
    report, which only counts if it is about the address we wrote to. The survey link still works,
    and an answer still counts.
    """
    if (case_number is None) == (report is None):
        raise click.UsageError("Give either CASE_NUMBER or --report FILE.")
    # Before the transaction, because no customer can answer while it is open.
    bounced = read_report(report.read(MAX_REPORT_BYTES + 1)) if report else None
    with program.database.write() as tx:
        if bounced:
            invitation = _reported(tx, bounced)
        else:
            invitation = newest_invitation(tx, case_number or "", source)
        invitations.mark_bounced(tx, invitation.id, times.now())
    click.echo(visible(f"Case {invitation.case_number}: email marked as bounced."))


def _reported(tx: Transaction, bounced: BounceReport) -> Invitation:
    """Return the invitation whose email bounced. Raises ReportError if no email of ours did."""
    message = outbox.find(tx, bounced.message_id)
    if message and message["kind"] == REMINDER:
        raise ReportError("not marked as bounced: only the reminder bounced, not the survey before")
    is_closure = message is not None and message["kind"] in CLOSURE_KINDS
    invitation = invitations.find(tx, message["invitation_id"]) if message and is_closure else None
    if not message or not invitation:
        raise ReportError("this bounce report doesn't match any closure email we sent")
    bounced.require_failed(message["recipient"])
    if message["created_at"] < invitation.last_queued_at:
        raise ReportError("not marked as bounced: the survey was sent again after this email")
    return invitation


def _checked_address(_: click.Context, __: click.Parameter, address: str | None) -> str | None:
    """Return `address`. Raises BadParameter if it is not an email address."""
    if address is not None and "@" not in address.strip("@ "):
        raise click.BadParameter(f"{address!r} is not an email address")
    return address


@click.command("opt-out")
@click.argument("address", required=False, callback=_checked_address)
@click.option("--ask-again", is_flag=True, help="Allow surveys to ADDRESS again.")
@click.option("--list", "is_list", is_flag=True, help="List the opt-outs with their dates.")
@with_program()
def opt_out(program: Program, address: str | None, ask_again: bool, is_list: bool) -> None:
    """Opt ADDRESS out of surveys, for example after a phone call.

    Its closure emails no longer contain the survey. Only a digest of the address is stored, so
    the list names addresses only if a stored case has them.
    """
    if is_list == bool(address) or (is_list and ask_again):
        raise click.UsageError("Give either ADDRESS or --list.")
    if is_list:
        for one in opt_outs.all_opt_outs(program.database):
            click.echo(visible(f"{one.since:%Y-%m-%d}  {one.address or 'no longer stored'}"))
        return
    address = address or ""
    set_opted_out(program, address, not ask_again, COMMAND_LINE, times.now())
    click.echo(f"{address} will get {'surveys again' if ask_again else 'no more surveys'}.")


@click.command("person")
@click.argument("address", callback=_checked_address)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_program()
def person_command(program: Program, address: str, as_json: bool) -> None:
    """Print everything that is stored about ADDRESS. Times are UTC.

    The audit log records it, by case numbers. Comments of other customers that mention the address
    are not printed, only the numbers of their cases.
    """
    now = times.now()
    known = person(program, address, now)
    record(program, known.found, "personal data exported", COMMAND_LINE, now)
    if as_json:
        click.echo(json.dumps(known.data, indent=2, ensure_ascii=False))
        return
    for line in as_lines(known.data):
        click.echo(visible(line))
    if not known.is_known:
        click.echo("Nothing is stored about this address.", err=True)
