"""The command that shows or sends the digest of a week."""

import click

from feedback_app.base import times
from feedback_app.base.weeks import reviewed_week, week_of, weeks_back
from feedback_app.commands.with_program import with_program
from feedback_app.jobs import digest
from feedback_app.program import Program


@click.command("digest")
@click.argument("week", required=False)
@click.option("--show", is_flag=True, help="Print the digest instead of sending it.")
@with_program()
def digest_command(program: Program, week: str | None, show: bool) -> None:
    """Send the digest of WEEK (such as 2026-W47; the default is last week) to FEEDBACK_DIGEST_TO.

    The worker sends it automatically on Mondays at 07:00 in the team's time zone, also after a
    week without answers.
    """
    now = times.now()
    if week is None:
        week = weeks_back(week_of(now, program.zone), 2)[0]
    try:
        week = reviewed_week(week, week_of(now, program.zone))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="WEEK") from error
    if show:
        click.echo(digest.as_text(program, week, now))
        return
    if not program.settings.digest_to:
        raise click.ClickException("no recipients: set FEEDBACK_DIGEST_TO, or use --show")
    count = digest.write(program, week, now, only_once=False)
    click.echo(f"Digest of {week} queued for the worker. Recipients: {count}")
