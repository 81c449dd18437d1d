"""The command that erases the data of a case or a person."""

from collections.abc import Iterator

import click

from feedback_app.base import times
from feedback_app.base.text import counted, visible
from feedback_app.commands.named_case import described, from_source, refuse_several_sources
from feedback_app.commands.terminal import confirm
from feedback_app.commands.with_program import with_program
from feedback_app.intake.csv.rejected_search import RowsFound
from feedback_app.jobs.erasure import ErasureScope, ErasureTarget, erase, find
from feedback_app.program import Program
from feedback_app.store.leads import COMMAND_LINE

_LONGEST_QUOTE = 100
_MENTIONS = {
    "notes": "note",
    "decisions": "decision",
    "meeting_items": "minutes",
    "follow_ups": "follow-up result",
}


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
    for line in _preview(found):
        click.echo(line)
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


def _preview(found: ErasureScope) -> Iterator[str]:
    """Yield lines that list what will be erased, and what cannot be."""
    yield from (described(one) for one in found.closings)
    texts = found.texts
    counts = (
        (texts.comments, "answer", "answers", "with a comment"),
        (texts.emails, "email", "emails", "in the outbox"),
        (len(found.files), "file", "files", "in the mailbox folder"),
        (texts.open_follow_ups, "open follow-up", "open follow-ups", "(will be closed)"),
        (texts.remarks, "follow-up result", "follow-up results", ""),
        (texts.notes, "note", "notes", ""),
        (texts.decisions, "decision", "decisions", "about these cases"),
        (texts.minutes, "text", "texts", "in minutes"),
    )
    yield from (f"  {counted(n, one, many)} {rest}".rstrip() for n, one, many, rest in counts if n)
    for mention in found.mentions:
        yield f"  {_MENTIONS[mention.table]} that mentions it: {_quoted(mention.text)}"
    for path, rows in found.rejected.rows.items():
        yield f"  {counted(len(rows), 'rejected row', 'rejected rows')} in {path}"
    if found.comments_elsewhere:
        yield (
            "Not erased: other customers' comments mention this address. "
            f"Redact them in the review: case {', '.join(map(visible, found.comments_elsewhere))}"
        )
    if found.unsearchable:
        yield (
            f"{counted(found.unsearchable, 'answer', 'answers')} with a comment cannot be searched "
            "by address, because the case came without one, the address expired before digests "
            "were kept, or its secret key was removed. Ask for the case number and use --case."
        )


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


def _quoted(text: str) -> str:
    line = " ".join(visible(text).split())
    return f"“{line if len(line) <= _LONGEST_QUOTE else line[:_LONGEST_QUOTE] + '…'}”"
