"""Commands for emails that wait, are held or failed: outbox list, retry, discard, release."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

import click

from feedback_app.base import times
from feedback_app.base.text import counted, visible, without_addresses
from feedback_app.base.times import from_text, local_text
from feedback_app.commands.terminal import confirm
from feedback_app.commands.with_program import with_program
from feedback_app.database.contract import Row, Transaction
from feedback_app.jobs import restored
from feedback_app.mail.closure import CLOSURE, CLOSURE_KINDS, REMINDER
from feedback_app.mail.surveys import NO_REMINDER
from feedback_app.program import Program
from feedback_app.store import failed_emails, invitations, leads, outbox, send_pauses

_NAMED = 5


@click.group("outbox")
def outbox_group() -> None:
    """List waiting, held and failed emails, send them again, withdraw or release them."""


@outbox_group.command("list")
@click.option("--addresses", is_flag=True, help="Show the addresses of held and failed emails.")
@with_program()
def show(program: Program, addresses: bool) -> None:
    """List waiting emails, oldest first, then held and failed ones and pauses in sending."""
    now, waiting = times.now(), failed_emails.find_waiting(program.database)
    for row in waiting:
        due = from_text(row["due_at"])
        later = f"  leaves {local_text(due, program.zone)}" if due > now else ""
        end = "  held" if due == outbox.HELD else later
        written = local_text(from_text(row["created_at"]), program.zone)
        click.echo(visible(f"{written}  {row['kind']}  {_about(row)}{end}"))
    if not waiting:
        click.echo("No emails are waiting.")
    held = [row for row in waiting if from_text(row["due_at"]) == outbox.HELD]
    for _, rows in _grouped(held, lambda row: str(row["recipient"]).lower()):
        limit = program.facts.survey.emails_per_contact
        click.echo(
            f"Held: {_described(rows, addresses)}, because survey.emails_per_contact allows "
            f"{limit} to a contact in 24 hours. Send them with 'feedback outbox release'."
        )
    for reason, rows in _grouped(failed_emails.find(program.database), _reason):
        since = local_text(from_text(rows[0]["refused_at"]), program.zone)
        click.echo(visible(f"Failed since {since}: {_described(rows, addresses)}: {reason}"))
    _show_pauses(program, now)


def _show_pauses(program: Program, now: datetime) -> None:
    if because := restored.held_because(program):
        click.echo(f"All emails are held: {because} Release them with 'feedback outbox release'.")
    if pause := send_pauses.find(program.database):
        since, until = (local_text(one, program.zone) for one in (pause.since, pause.until))
        click.echo(
            visible(
                f"No emails have been sent since {since}: {pause.reason}. "
                f"Next attempt at {until}; now with 'feedback outbox retry'."
            )
        )
    for pause in send_pauses.of_domains(program.database, now):
        until = local_text(pause.until, program.zone)
        click.echo(visible(f"Emails to {pause.domain} pause until {until}: {pause.reason}"))


def _choosing(emails: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that adds the arguments of `_chosen` to a command."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for add in (
            click.argument("cases", nargs=-1, metavar="[CASE]..."),
            click.option("--reason", metavar="TEXT", help="Those whose reason contains TEXT."),
            click.option("--all", "every", is_flag=True, help=f"All {emails} emails."),
            click.option("--yes", is_flag=True, help="Do not ask, for scripts."),
        ):
            command = add(command)
        return command

    return decorate


@outbox_group.command()
@_choosing("failed")
@with_program()
def retry(program: Program, /, **choice: Any) -> None:
    """Send failed emails again: those of these cases, with this reason, or all.

    If all emails pause, sending is tried now. Emails stay failed if they are out of date, for
    example because the case was closed again.
    """
    now, database = times.now(), program.database
    if _end_pause(program, now) and not any(choice.values()):
        return
    outdated = failed_emails.find_outdated(database, (*CLOSURE_KINDS, REMINDER))
    chosen = _chosen(failed_emails.find(database), **choice)
    rows = [row for row in chosen if row["recipient"] and row["id"] not in outdated]
    if len(rows) < len(chosen):
        click.echo(f"{counted(len(chosen) - len(rows), 'email is', 'emails are')} out of date.")
    if not rows:
        click.echo("There are no such failed emails to send again.")
        return
    confirm(f"Send {_emails(len(rows))} again?", "sent again", choice["yes"])
    with database.write() as tx:
        done = _emails(sum(failed_emails.retry(tx, row["id"], now) for row in rows))
        leads.record_action(tx, leads.COMMAND_LINE, "emails retried", done, now)
    click.echo(f"The worker sends {done} again.")


def _end_pause(program: Program, now: datetime) -> bool:
    with program.database.write() as tx:
        if not send_pauses.end_all(tx, now):
            return False
        failed_emails.resume(tx, now)
        leads.record_action(tx, leads.COMMAND_LINE, "emails retried", "pause", now)
    click.echo("The worker tries now to send the waiting emails.")
    return True


@outbox_group.command()
@click.option("--because", required=True, metavar="TEXT", help="The reason, for the audit log.")
@_choosing("waiting, held and failed")
@with_program()
def discard(program: Program, /, because: str, **choice: Any) -> None:
    """Withdraw waiting, held and failed emails: those of these cases, with this reason, or all.

    Customers whose survey is withdrawn before they had its link count as not asked.
    """
    now, database = times.now(), program.database
    found = [*failed_emails.find(database), *failed_emails.find_waiting(database)]
    rows = _chosen(found, **choice)
    if not rows:
        click.echo("There are no such emails.")
        return
    confirm(f"Withdraw {_emails(len(rows))}?", "withdrawn", choice["yes"])
    with database.write() as tx:
        done = _emails(sum(_withdraw(tx, row, now, because) for row in rows))
        subject = f"{done}: {because}"
        leads.record_action(tx, leads.COMMAND_LINE, "emails withdrawn", subject, now)
    click.echo(f"{done} withdrawn.")


def _withdraw(tx: Transaction, row: Row, now: datetime, because: str) -> bool:
    is_withdrawn = failed_emails.withdraw(tx, row["id"], now, because)
    if is_withdrawn and row["kind"] == CLOSURE:
        invitations.withhold(tx, row["invitation_id"], "withdrawn")
    return is_withdrawn


def _chosen(
    rows: list[Row], cases: tuple[str, ...], reason: str | None, every: bool, yes: bool
) -> list[Row]:
    if not (cases or reason or every):
        raise click.UsageError("Name the cases, or use --reason or --all.")
    return [
        row
        for row in rows
        if every
        or row["case_number"] in cases
        or (reason and reason.lower() in (row["last_error"] or "").lower())
    ]


def _grouped(rows: list[Row], key: Callable[[Row], str]) -> list[tuple[str, list[Row]]]:
    """Return the rows by key, the largest group first; within a group, the order stays."""
    groups = [(name, list(same)) for name, same in groupby(sorted(rows, key=key), key)]
    return sorted(groups, key=lambda group: -len(group[1]))


def _described(rows: list[Row], addresses: bool) -> str:
    """Return the number of emails, and the first cases or addresses."""
    named = (str(row["recipient"]) if addresses else _about(row) for row in rows)
    names = list(dict.fromkeys(filter(None, named)))
    more = ", …" if len(names) > _NAMED else ""
    return visible(f"{_emails(len(rows))} ({', '.join(names[:_NAMED])}{more})")


def _emails(number: int) -> str:
    return counted(number, "email", "emails")


def _reason(row: Row) -> str:
    return without_addresses(row["last_error"])


def _about(row: Row) -> str:
    names = ("case", row["case_number"]), ("account", row["lead_name"]), ("week", row["week"])
    return next((f"{what} {name}" for what, name in names if name), "")


@outbox_group.command()
@click.option(
    "--sent-before",
    metavar="TIME",
    help="Count emails written before TIME as sent, for example 2026-11-24T02:00. Without an "
    "offset, TIME is in the team's time zone.",
)
@with_program()
def release(program: Program, sent_before: str | None) -> None:
    """Let the worker send held emails, and those of a restored database.

    First look at 'feedback outbox list'. Emails written before the backup was made have probably
    been sent since then: --sent-before counts them as sent, unless they leave later. The worker
    sends all others, so some customers may get an email twice.
    """
    now = times.now()
    before = _count_as_sent(program, _time(program, sent_before), now) if sent_before else 0
    restored.release(program, now)
    with program.database.write() as tx:
        if held := outbox.release_held(tx, now):
            leads.record_action(tx, leads.COMMAND_LINE, "emails released", _emails(held), now)
    left = outbox.count_waiting(program.database)
    next_step = " Start the worker to send them." if left else ""
    click.echo(f"{before} counted as sent, {left} released.{next_step}")


def _time(program: Program, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is not a time such as 2026-11-24T02:00", param_hint="--sent-before"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=program.zone)


def _count_as_sent(program: Program, before: datetime, now: datetime) -> int:
    rows = [
        row
        for row in failed_emails.find_waiting(program.database)
        if from_text(row["created_at"]) < before and from_text(row["due_at"]) <= now
    ]
    # The server of the backup may have sent their reminders too.
    surveys = replace(program.survey_emails, reminder_after=NO_REMINDER)
    with program.database.write() as tx:
        for row in rows:
            surveys.record_sent(tx, [row["id"]], from_text(row["created_at"]))
    return len(rows)
