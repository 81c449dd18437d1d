"""The command that erases the data of a case or a person."""

import click

from feedback_app.base import times
from feedback_app.base.text import counted
from feedback_app.commands.named_case import described, from_source, refuse_several_sources
from feedback_app.commands.terminal import confirm, show
from feedback_app.commands.with_program import with_program
from feedback_app.intake.csv.rejected_search import RowsFound
from feedback_app.jobs.erasure import ErasureScope, ErasureTarget, erase, find
from feedback_app.program import Program
from feedback_app.store.leads import COMMAND_LINE


@click.command("erase")
@click.option("--case", "case_number", help="The case number.")
@from_source
@click.option("--email", help="The contact's email address.")
@click.option("--yes", is_flag=True, help="Erase without asking, for scripts.")
@with_program()
def erase_command(
    program: Program, case_number: str | None, source: str | None, email: str | None, yes: bool
) -> None:
    """Erase the personal data of a case or an email address. Scores are kept.

    This covers contact, customer, comments, leads' texts, waiting emails and rejected rows. The
    command lists them and asks before it erases. Published notes, sent emails and backups are
    not affected.
    """
    if bool(case_number) == bool(email):
        raise click.UsageError("Give either --case NUMBER or --email ADDRESS.")
    if source and email:
        raise click.UsageError("--source only goes with --case.")
    if email and "@" not in email.strip("@ "):
        raise click.BadParameter(f"{email!r} is not an email address", param_hint="--email")
    found = find(program, ErasureTarget(case_number, source, email))
    refuse_several_sources(case_number or "", found.closings if case_number else ())
    show("erasure", found=found, described=described)
    _refuse_nothing(found)
    confirm("Erase this permanently?", "erased", yes)
    removed = erase(program, found, COMMAND_LINE, times.now())
    erased = (
        counted(len(found.closings), "case", "cases"),
        counted(max(found.texts.emails, len(found.files)), "email", "emails"),
        counted(removed.count, "rejected row", "rejected rows"),
    )
    click.echo(f"Erased {', '.join(erased)}. Scores kept.")
    _report_unreadable(removed)


def _refuse_nothing(found: ErasureScope) -> None:
    if not found.is_empty:
        return
    _report_unreadable(found.rejected)
    if found.unsearchable:
        raise click.ClickException("No case was found for this address; see above.")
    raise click.ClickException("Nothing found. Check the case number or address.")


def _report_unreadable(rejected: RowsFound) -> None:
    if rejected.unreadable:
        files = ", ".join(map(str, rejected.unreadable))
        raise click.ClickException(f"Could not search these files; check them by hand: {files}")
