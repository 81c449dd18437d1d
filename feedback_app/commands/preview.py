"""The command that writes previews of the closure emails."""

from collections.abc import Iterator
from email import message_from_string
from email.policy import SMTP
from pathlib import Path

import click

from feedback_app.base import times
from feedback_app.base.files import make_private_folder, write_private_file
from feedback_app.base.links import new_id
from feedback_app.commands.with_program import with_program
from feedback_app.mail.closure import (
    CLOSURE,
    CLOSURE_WITHOUT_SURVEY,
    REMINDER,
    SurveyLinks,
    closure_email,
)
from feedback_app.program import Program
from feedback_app.records import SAMPLE_SOURCE, ClosedCase, OutboxMessage


@click.command("preview-mail")
@click.option(
    "--output",
    default=Path("var/preview"),
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to.",
)
@with_program(migrated=False)
def preview_mail(program: Program, output: Path) -> None:
    """Write examples of the closure emails to .eml and .html files.

    There is one with and one without the survey, and a reminder, in each language, as they would be
    sent with the current facts and settings. Nothing is stored or sent, and the survey links do
    not work.
    """
    try:
        make_private_folder(output)
        for language in program.facts.languages:
            for kind, text in _emails(program, language):
                _write(output / f"{kind.replace(' ', '-')}-{language}", text)
    except OSError as error:
        raise click.ClickException(
            f"Cannot write to {output}: {error.strerror or error}. Choose another folder."
        ) from error


def _emails(program: Program, language: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and text of each closure email in this language."""
    opt_out = f"{program.settings.public_url}/o/preview"
    links = SurveyLinks(program.survey_link(new_id()), opt_out)
    for kind, with_links, reason in (
        (CLOSURE, links, "confirmed"),
        (CLOSURE_WITHOUT_SURVEY, None, "no_reply"),
        (REMINDER, links, "confirmed"),
    ):
        case = ClosedCase(
            source=SAMPLE_SOURCE,
            case_id="",
            case_number="00000000",
            closed_at=times.now(),
            closure_reason=reason,
            language=language,
        )
        message = OutboxMessage(
            id=new_id(), kind=kind, recipient="preview@example.org", created_at=times.now()
        )
        until = program.today(times.now()) if kind == REMINDER else None
        yield kind, closure_email(program.mail_context, message, case, with_links, until)


def _write(path: Path, text: str) -> None:
    mail = message_from_string(text, policy=SMTP)
    html = mail.get_body(("html",))
    write_private_file(path.with_suffix(".eml"), text.encode("ascii"))
    page: str = html.get_content() if html else ""
    write_private_file(path.with_suffix(".html"), page.encode())
    for suffix in (".eml", ".html"):
        click.echo(path.with_suffix(suffix))
