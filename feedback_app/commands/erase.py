"""The command that erases the data of a case or a person."""

import click

from feedback_app.base import times
from feedback_app.commands.with_program import with_program
from feedback_app.jobs.retention import erase
from feedback_app.program import Program


@click.command("erase")
@click.option("--case", "case_number", help="The case number.")
@click.option("--email", help="The contact's email address.")
@with_program()
def erase_command(program: Program, case_number: str | None, email: str | None) -> None:
    """Erase contact, comment and customer of a case or an email address. Scores are kept."""
    if bool(case_number) == bool(email):
        raise click.UsageError("Give either --case NUMBER or --email ADDRESS.")
    done = erase(program.database, program.settings.mailbox, times.now(), case_number, email)
    counts = (
        _counted(done.cases, "case"),
        _counted(done.mails, "email"),
        _counted(done.rejected_rows, "rejected row"),
    )
    click.echo(f"Erased {', '.join(counts)}. Scores kept.")
    if done.not_searched:
        files = ", ".join(map(str, done.not_searched))
        raise click.ClickException(f"Could not search these files; check them by hand: {files}")
    if not (done.cases or done.mails or done.rejected_rows):
        raise click.ClickException("Nothing found. Check the case number or address.")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
