"""Commands for emails that are waiting to be sent: outbox list, release."""

from dataclasses import replace
from datetime import datetime

import click

from feedback_app.base import times
from feedback_app.base.text import counted, visible
from feedback_app.base.times import from_text
from feedback_app.commands.with_program import with_program
from feedback_app.jobs import restored
from feedback_app.mail.surveys import NO_REMINDER
from feedback_app.program import Program
from feedback_app.store import leads, outbox


@click.group("outbox")
def outbox_group() -> None:
    """List waiting emails, and release held ones, also after restoring a backup."""


@outbox_group.command("list")
@with_program()
def show(program: Program) -> None:
    """List the emails and alerts that are waiting to be sent, oldest first."""
    now, waiting = times.now(), outbox.waiting(program.database)
    for row in waiting:
        names = ("case", row["case_number"]), ("account", row["lead_name"]), ("week", row["week"])
        about = next((f"{what} {name}" for what, name in names if name), "")
        written = from_text(row["created_at"]).astimezone(program.zone)
        due = from_text(row["due_at"])
        later = f"  leaves {due.astimezone(program.zone):%Y-%m-%d %H:%M}" if due > now else ""
        end = "  held" if due == outbox.HELD else later
        click.echo(f"{written:%Y-%m-%d %H:%M}  {row['kind']}  {about}{end}")
    if not waiting:
        click.echo("No emails are waiting.")
    for row in outbox.held(program.database):
        click.echo(
            visible(
                f"Held: {counted(row['number'], 'email', 'emails')} to {row['recipient']}, because "
                f"survey.emails_per_contact allows {program.facts.survey.emails_per_contact} in 24 "
                "hours. Send them with 'feedback outbox release'."
            )
        )


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
    restored.release(program)
    with program.database.write() as tx:
        if held := outbox.release_held(tx, now):
            subject = counted(held, "email", "emails")
            leads.record_action(tx, leads.COMMAND_LINE, "emails released", subject, now)
    left = outbox.count_waiting(program.database)
    click.echo(f"{before} counted as sent, {left} released. Start the worker to send them.")


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
        for row in outbox.waiting(program.database)
        if from_text(row["created_at"]) < before and from_text(row["due_at"]) <= now
    ]
    # The server of the backup may have sent their reminders too.
    surveys = replace(program.survey_emails, reminder_after=NO_REMINDER)
    with program.database.write() as tx:
        for row in rows:
            surveys.record_sent(tx, row["id"], from_text(row["created_at"]))
    return len(rows)
