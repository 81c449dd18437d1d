"""What the commands about published files share: reading the folder, adding to it, its rules."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from feedback_app.program import Program
from feedback_app.publish.drafts import ClockSetBackError, Draft, approve
from feedback_app.settings import Settings
from published_results import Published, PublishedNote, Result, ResultsError, add, read_folder


def published_in(program: Program) -> Published:
    """Return what was published so far; a faulty folder is one clear error."""
    try:
        return read_folder(program.settings.results)
    except ResultsError as error:
        raise click.ClickException(str(error)) from error


def refuse_mixing(program: Program, published: Published, sample: bool) -> None:
    """Stop unless sample data and real files stay in folders of their own."""
    folder = program.settings.results
    default: Path = Settings.model_fields["results"].default
    if sample and folder.resolve() == default.resolve():
        raise click.ClickException(
            f"{folder} is for real figures: name another folder for sample data in FEEDBACK_RESULTS"
        )
    if (published.results or published.notes) and published.is_sample != sample:
        held = "sample data" if published.is_sample else "real figures"
        raise click.ClickException(
            f"{folder} holds {held}: keep sample data and real figures apart, with another folder "
            "in FEEDBACK_RESULTS"
        )


def approved(
    program: Program, drafts: Sequence[Draft], published: Published, by: str, now: datetime
) -> list[Result]:
    """Return the files of approved drafts; a clock that was set back is one clear error."""
    try:
        return approve(drafts, program.facts, published, by, now)
    except ClockSetBackError as error:
        raise click.ClickException(str(error)) from error


def add_to(program: Program, files: Sequence[Result | PublishedNote]) -> list[Path]:
    """Write new files and return their paths; a folder that takes none is one clear error."""
    folder = program.settings.results
    written: list[Path] = []
    try:
        for file in files:
            written += add(folder, [file])
    except OSError as error:
        done = ", ".join(path.name for path in written)
        raise click.ClickException(
            f"cannot write to {folder}: {error.strerror or error}; "
            + (f"published before that, and valid: {done}" if done else "nothing there was changed")
        ) from error
    return written
