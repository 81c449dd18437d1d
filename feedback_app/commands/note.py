"""The command that publishes what a meeting decided: you said, we did."""

import click

from feedback_app.base import times
from feedback_app.base.weeks import parse_week
from feedback_app.commands.published import add_to, published_in, refuse_mixing
from feedback_app.commands.with_program import with_program
from feedback_app.program import Program
from feedback_app.publish.notes import NamesCaseError, NoteFaultError, new_note
from published_results import LONGEST_NOTE


@click.command(
    epilog="""Such as: feedback note 2026-W48 --text en "We answer on Saturdays now." --text de
    "Wir antworten jetzt auch samstags." --by "Team lead". A page shows the language it has."""
)
@click.argument("week")
@click.option(
    "--text",
    "texts",
    type=(str, str),
    multiple=True,
    required=True,
    metavar="LANGUAGE TEXT",
    help=f"What was decided, in plain words, up to {LONGEST_NOTE} characters; once a language.",
)
@click.option("--by", required=True, metavar="NAME", help="Who publishes it; no page shows it.")
@click.option("--anyway", is_flag=True, help="Publish it although it seems to name a case.")
@click.option("--sample", is_flag=True, help="It belongs to sample data.")
@with_program()
def note(
    program: Program,
    week: str,
    texts: tuple[tuple[str, str], ...],
    by: str,
    anyway: bool,
    sample: bool,
) -> None:
    """Publish a short note of what the meeting of WEEK decided because of what customers said.

    It appears on the site and in its feed with the next build. It names no customer and no case,
    and repeats no comment: what seems to do so is refused.
    """
    published, now = published_in(program), times.now()
    refuse_mixing(program, published, sample)
    if not by.strip():
        raise click.BadParameter("says nothing", param_hint="--by")
    try:
        made = new_note(
            program.database,
            published,
            _checked(week),
            _by_language(texts, program.facts.languages),
            by.strip(),
            now,
            sample=sample,
            anyway=anyway,
        )
    except NoteFaultError as error:
        raise click.BadParameter(str(error), param_hint="--text") from error
    except NamesCaseError as error:
        raise click.ClickException(str(error)) from error
    for path in add_to(program, [made]):
        click.echo(f"published: {path}")
    click.echo("build the site to show it")


def _by_language(texts: tuple[tuple[str, str], ...], languages: tuple[str, ...]) -> dict[str, str]:
    read: dict[str, str] = {}
    for language, text in texts:
        if language not in languages:
            known = ", ".join(languages)
            raise click.BadParameter(
                f"{language!r} is no language of the facts: write one of {known}",
                param_hint="--text",
            )
        if language in read:
            raise click.BadParameter(f"{language} is there twice", param_hint="--text")
        read[language] = text
    return read


def _checked(week: str) -> str:
    try:
        return parse_week(week)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="WEEK") from error
