"""The commands that show answers: review, digest, export, answers."""

import json
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from feedback_app.base import times
from feedback_app.base.files import replace_file
from feedback_app.base.language import choose
from feedback_app.base.weeks import parse_span, reviewed_week, week_of, weeks_back
from feedback_app.commands.terminal import progress
from feedback_app.commands.with_program import with_program
from feedback_app.jobs import digest
from feedback_app.program import Program
from feedback_app.records import AnsweredCase
from feedback_app.reports.csv_export import SEPARATORS, usual_separator
from feedback_app.reports.exports import FORMATS, Export
from feedback_app.reports.json_export import answers_as_json
from feedback_app.reports.json_schema import export_schema
from feedback_app.reports.markdown_export import week_as_markdown
from feedback_app.reports.terminal import answers_as_lines
from feedback_app.reports.weeks import review_week
from feedback_app.store import answered_cases

_STEP = 500


@click.command()
@click.argument("week", required=False)
@with_program()
def review(program: Program, week: str | None) -> None:
    """Print the review of WEEK (such as 2026-W47; the default is last week) as Markdown."""
    if week is None:
        week = _last_week(program)
        click.echo(f"showing {week}, the last complete week", err=True)
    reviewed = review_week(program.database, _checked(program, week), program.facts, times.now())
    _print(week_as_markdown(reviewed, program.facts))


def _last_week(program: Program) -> str:
    return weeks_back(week_of(times.now(), program.zone), 2)[0]


@click.command("digest")
@click.argument("week", required=False)
@click.option("--show", is_flag=True, help="Print the digest instead of sending it.")
@with_program()
def digest_command(program: Program, week: str | None, show: bool) -> None:
    """Send the digest of WEEK (such as 2026-W47; the default is last week) to FEEDBACK_DIGEST_TO.

    The worker sends it automatically on Mondays at 07:00 in the team's time zone, also after a
    week without answers.
    """
    week = _checked(program, _last_week(program) if week is None else week)
    if show:
        click.echo(digest.as_text(program, week, times.now()))
        return
    if not program.settings.digest_to:
        raise click.ClickException("no recipients: set FEEDBACK_DIGEST_TO, or use --show")
    count = digest.write(program, week, times.now(), only_once=False)
    click.echo(f"Digest of {week} queued for the worker. Recipients: {count}")


@click.command()
@click.argument("weeks")
@click.option(
    "--format",
    "name",
    type=click.Choice(list(FORMATS)),
    required=True,
    help="; ".join(one.description for one in FORMATS.values()) + ".",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, which only you can read. An existing file is replaced.",
)
@click.option("--language", help="Language of the HTML page and the workbook.")
@click.option(
    "--separator",
    type=click.Choice(list(SEPARATORS)),
    help="Separator of CSV; the default is what spreadsheets in the language expect.",
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, wanted: _print_schema(context) if wanted else None,
    help="Print the JSON Schema of --format json, and export nothing.",
)
@with_program()
def export(program: Program, /, weeks: str, name: str, output: Path | None, **given: Any) -> None:
    """Export the answers of WEEKS (2026-W47, or 2026-W40..2026-W47) to a file or the terminal."""
    first, last = _span(program, weeks)
    language = choose([given["language"]], program.facts.languages)
    if output is None and name == "xlsx" and sys.stdout.isatty():
        raise click.UsageError("a workbook cannot be shown on a terminal; add --output FILE")
    number = answered_cases.count_between(program.database, first, last)
    with progress(number, "answers") as bar:
        request = Export(
            database=program.database,
            facts=program.facts,
            first=first,
            last=last,
            language=language,
            now=times.now(),
            separator=given["separator"] or usual_separator(language),
            watch=lambda answered: _watched(answered, bar),
        )
        with closing(FORMATS[name].write(request)) as pieces:
            _write(pieces, output)
    if output:
        click.echo(f"{weeks} written to {output}")


def _print_schema(context: click.Context) -> None:
    click.echo(json.dumps(export_schema(), indent=2))
    context.exit()


def _write(pieces: Iterable[bytes], output: Path | None) -> None:
    """Write to the file, or to the terminal if there is none."""
    if output is None:
        for piece in pieces:
            _print(piece)
        return
    try:
        replace_file(output, pieces)
    except OSError as error:
        raise click.ClickException(
            f"cannot write {output}: {error.strerror or error}; choose another file"
        ) from error


def _watched(answered: Iterable[AnsweredCase], bar: Any) -> Iterator[AnsweredCase]:
    for number, case in enumerate(answered, 1):
        yield case
        if number % _STEP == 0:
            bar.update(_STEP)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.option("--count", is_flag=True, help="Print the number of answers.")
@with_program()
def answers(program: Program, as_json: bool, count: bool) -> None:
    """Print all answers, oldest first."""
    if as_json and count:
        raise click.UsageError("use either --json or --count")
    if count:
        click.echo(sum(1 for _ in answered_cases.answered(program.database, times.now())))
        return
    with closing(_answers(program, as_json)) as pieces:
        for piece in pieces:
            _print(piece)


# A reader that stops early, such as `head`, closes this generator and its database rows.
def _answers(program: Program, as_json: bool) -> Generator[str, None, None]:
    write = answers_as_json if as_json else answers_as_lines
    yield from write(answered_cases.answered(program.database, times.now()))


def _checked(program: Program, week: str) -> str:
    try:
        return reviewed_week(week, week_of(times.now(), program.zone))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="WEEK") from error


def _span(program: Program, weeks: str) -> tuple[str, str]:
    try:
        first, last = parse_span(weeks)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="WEEKS") from error
    return _checked(program, first), _checked(program, last)


def _print(piece: str | bytes) -> None:
    # Always UTF-8, because the terminal's encoding may lack characters that customers use.
    click.echo(piece.encode() if isinstance(piece, str) else piece, nl=False)
