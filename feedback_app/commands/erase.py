"""The command that wipes what belongs to a case or a person."""

import click

from feedback_app.base import times
from feedback_app.commands.with_program import with_program
from feedback_app.jobs.retention import erase
from feedback_app.program import Program


@click.command("erase")
@click.option("--case", "case_number", help="The case number.")
@click.option("--email", help="The contact's address.")
@with_program()
def erase_command(program: Program, case_number: str | None, email: str | None) -> None:
    """Wipe contact, comment and customer of a case or an address everywhere; keep the scores."""
    if bool(case_number) == bool(email):
        raise click.UsageError("name either --case NUMBER or --email ADDRESS")
    done = erase(program.database, program.settings.mailbox, times.now(), case_number, email)
    click.echo(
        f"erased: {done.cases} closed cases, {done.mails} mails in the mailbox, "
        f"{done.rejected_rows} rejected rows"
    )
    if done.not_searched:
        files = ", ".join(map(str, done.not_searched))
        raise click.ClickException(f"look for it yourself in what could not be searched: {files}")
    if not (done.cases or done.mails or done.rejected_rows):
        raise click.ClickException("nothing was found: check the number or address")
