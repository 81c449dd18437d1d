"""The command that publishes a decision of the weekly meeting for customers."""

import click

from feedback_app.base import times
from feedback_app.base.weeks import parse_week
from feedback_app.commands.published import add_to, refuse_mixing
from feedback_app.commands.with_program import with_program
from feedback_app.program import Program
from feedback_app.publish.notes import NamesCaseError, NoteDraft, NoteFaultError, new_note
from published_results import LONGEST_NOTE, ResultsError, read_folder


@click.command(
    epilog="""For example: feedback note 2026-W48 --text en "We answer on Saturdays now." --text de
    "Wir antworten jetzt auch samstags." --by "Team lead". If a language has no text, its
    pages show the note in another language."""
)
@click.argument("week")
@click.option(
    "--text",
    "texts",
    type=(str, str),
    multiple=True,
    required=True,
    metavar="LANGUAGE TEXT",
    help=f"The decision as plain text, up to {LONGEST_NOTE} characters. Repeat for each language.",
)
@click.option(
    "--by", required=True, metavar="NAME", help="Who publishes it; not shown on any page."
)
@click.option("--anyway", is_flag=True, help="Publish even if it seems to contain case details.")
@click.option("--sample", is_flag=True, help="The note belongs to sample data.")
@with_program(NamesCaseError, ResultsError)
def note(
    program: Program,
    week: str,
    texts: tuple[tuple[str, str], ...],
    by: str,
    anyway: bool,
    sample: bool,
) -> None:
    """Publish a note about a decision that the meeting of WEEK made because of customers' answers.

    The next build of the site shows it on the page and in the feed. A note that contains a
    customer's name, a case number or words from a comment is refused.
    """
    published = read_folder(program.settings.results)
    refuse_mixing(program, published, sample)
    if not by.strip():
        raise click.BadParameter("must not be empty", param_hint="--by")
    draft = NoteDraft(
        week=_checked(week),
        texts=_by_language(texts, program.facts.languages),
        by=by.strip(),
        sample=sample,
        anyway=anyway,
    )
    try:
        made = new_note(program.database, published, draft, times.now())
    except NoteFaultError as error:
        raise click.BadParameter(str(error), param_hint="--text") from error
    add_to(program, [made])


def _by_language(texts: tuple[tuple[str, str], ...], languages: tuple[str, ...]) -> dict[str, str]:
    read: dict[str, str] = {}
    for language, text in texts:
        if language not in languages:
            known = ", ".join(languages)
            fault = f"{language!r} is not a language of the facts; use one of {known}"
            raise click.BadParameter(fault, param_hint="--text")
        if language in read:
            raise click.BadParameter(f"{language} is given twice", param_hint="--text")
        read[language] = text
    return read


def _checked(week: str) -> str:
    try:
        return parse_week(week)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="WEEK") from error
