"""Commands that show answers: review, export, answers."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import click

from feedback_app import clock
from feedback_app.commands.wired import wired
from feedback_app.reports.csv import week_as_csv
from feedback_app.reports.files import replace_file
from feedback_app.reports.json import answers_as_json
from feedback_app.reports.lines import answers_as_lines
from feedback_app.reports.markdown import week_as_markdown
from feedback_app.review.week import summarise_week
from feedback_app.store import answered_cases
from feedback_app.weeks import parse_week, week_bounds, week_of, weeks_back
from feedback_app.wiring import Wiring


@click.command()
@click.argument("week", required=False)
@wired()
def review(wiring: Wiring, week: str | None) -> None:
    """Print the review of WEEK (such as 2026-W47) as Markdown; without one, of last week."""
    if week is None:
        week = weeks_back(week_of(clock.now(), wiring.zone), 2)[0]
        click.echo(f"no week was named: this is {week}, the last complete one", err=True)
    _print(_markdown(wiring, _checked(wiring, week)))


@click.command()
@click.argument("week")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "md"]),
    required=True,
    help="csv: one row a case with an answer; md: the review for the meeting.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, readable by you alone; an older export is replaced.",
)
@wired()
def export(wiring: Wiring, week: str, form: str, output: Path | None) -> None:
    """Write the answers of WEEK (such as 2026-W47) for a spreadsheet or the meeting."""
    week = _checked(wiring, week)
    with closing(_pieces(wiring, week, form)) as pieces:
        if output is None:
            for piece in pieces:
                _print(piece)
            return
        try:
            replace_file(output, pieces)
        except OSError as error:
            raise click.ClickException(
                f"cannot write {output}: {error.strerror or error}; name another file"
            ) from error
    click.echo(f"{week} is written to {output}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list of objects.")
@click.option("--count", is_flag=True, help="Print how many there are.")
@wired()
def answers(wiring: Wiring, as_json: bool, count: bool) -> None:
    """Print every answer, in the order of arrival."""
    if as_json and count:
        raise click.UsageError("name either --json or --count")
    if count:
        click.echo(sum(1 for _ in answered_cases.answered(wiring.database, clock.now())))
        return
    with closing(_answers(wiring, as_json)) as pieces:
        for piece in pieces:
            _print(piece)


# Whoever stops reading early, as `head` does, closes these and with them the rows they stand on.
def _answers(wiring: Wiring, as_json: bool) -> Generator[str, None, None]:
    write = answers_as_json if as_json else answers_as_lines
    yield from write(answered_cases.answered(wiring.database, clock.now()))


def _pieces(wiring: Wiring, week: str, form: str) -> Generator[str, None, None]:
    if form == "md":
        yield _markdown(wiring, week)
    else:
        yield from week_as_csv(answered_cases.answered_in(wiring.database, week, clock.now()))


def _markdown(wiring: Wiring, week: str) -> str:
    now = clock.now()
    answered = answered_cases.answered_in(wiring.database, week, now)
    cohort = answered_cases.closed_in(wiring.database, week, now)
    return week_as_markdown(summarise_week(week, answered, cohort, wiring.facts, now), wiring.facts)


def _checked(wiring: Wiring, week: str) -> str:
    try:
        week_bounds(parse_week(week), wiring.zone)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="WEEK") from error
    except OverflowError as error:
        raise click.BadParameter(f"{week} is beyond the calendar", param_hint="WEEK") from error
    return week


def _print(piece: str) -> None:
    # Always UTF-8: what customers write need not fit into the terminal's own encoding.
    click.echo(piece.encode(), nl=False)
