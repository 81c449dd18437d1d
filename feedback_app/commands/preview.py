"""The command that writes previews of the closure emails."""

from email import message_from_string
from email.policy import SMTP
from pathlib import Path

import click

from feedback_app.base import times
from feedback_app.base.files import make_private_folder, write_private_file
from feedback_app.base.links import new_id
from feedback_app.commands.with_program import with_program
from feedback_app.mail.closure import SurveyLinks, closure_email
from feedback_app.program import Program
from feedback_app.records import ClosedCase, OutboxMessage


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
    """Write each closure email, with and without the survey, to .eml and .html files.

    There is one for each language, as it would be sent with the current facts and settings.
    Nothing is stored or sent, and the survey links do not work.
    """
    try:
        make_private_folder(output)
        for language in program.facts.languages:
            for message in _emails(program, language):
                _write(output / f"{message.kind.replace(' ', '-')}-{language}", message)
    except OSError as error:
        raise click.ClickException(
            f"Cannot write to {output}: {error.strerror or error}. Choose another folder."
        ) from error


def _emails(program: Program, language: str) -> tuple[OutboxMessage, OutboxMessage]:
    now, invitation_id = times.now(), new_id()
    case = ClosedCase(
        source="preview",
        case_id="preview",
        case_number="00000000",
        closed_at=now,
        contact_email="preview@example.org",
        language=language,
    )
    opt_out = program.opt_out_link(invitation_id, case.contact_email or "")
    links = SurveyLinks(program.survey_link(invitation_id), opt_out)
    return (
        closure_email(program.mail_context, case, invitation_id, links, now),
        closure_email(program.mail_context, case, invitation_id, None, now),
    )


def _write(path: Path, message: OutboxMessage) -> None:
    mail = message_from_string(message.message, policy=SMTP)
    html = mail.get_body(("html",))
    write_private_file(path.with_suffix(".eml"), message.message.encode("ascii"))
    page: str = html.get_content() if html else ""
    write_private_file(path.with_suffix(".html"), page.encode())
    for suffix in (".eml", ".html"):
        click.echo(path.with_suffix(suffix))
