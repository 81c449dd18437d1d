"""Reading and writing the folder of published files, for the commands that publish."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from feedback_app.program import Program
from feedback_app.publish.drafts import ClockSetBackError, Draft, approve
from feedback_app.settings import Settings
from published_results import Published, PublishedNote, Result, ResultsError, add, read_folder


def published_in(program: Program) -> Published:
    """Return the published files. Raises ClickException if one of them is faulty."""
    try:
        return read_folder(program.settings.results)
    except ResultsError as error:
        raise click.ClickException(str(error)) from error


def refuse_mixing(program: Program, published: Published, sample: bool) -> None:
    """Raise ClickException if the folder would hold both sample data and real figures."""
    folder = program.settings.results
    default: Path = Settings.model_fields["results"].default
    if sample and folder.resolve() == default.resolve():
        raise click.ClickException(
            f"{folder} is for real figures; set FEEDBACK_RESULTS to another folder for sample data"
        )
    if (published.results or published.notes) and published.is_sample != sample:
        held = "sample data" if published.is_sample else "real figures"
        raise click.ClickException(
            f"{folder} holds {held}; set FEEDBACK_RESULTS to another folder, because sample data "
            "and real figures must not be mixed"
        )


def approved(
    program: Program, drafts: Sequence[Draft], published: Published, by: str, now: datetime
) -> list[Result]:
    """Return the files of approved drafts. Raises ClickException if the clock was set back."""
    try:
        return approve(drafts, program.facts, published, by, now)
    except ClockSetBackError as error:
        raise click.ClickException(str(error)) from error


def add_to(program: Program, files: Sequence[Result | PublishedNote]) -> None:
    """Write new files and print their paths. Raises ClickException if one cannot be written."""
    folder = program.settings.results
    written: list[Path] = []
    try:
        for file in files:
            written += add(folder, [file])
    except OSError as error:
        done = ", ".join(path.name for path in written)
        raise click.ClickException(
            f"cannot write to {folder}: {error.strerror or error}; "
            + (f"already published and valid: {done}" if done else "nothing was published")
        ) from error
    for path in written:
        click.echo(f"published: {path}")
    if written:
        click.echo("Build the site to show it.")
