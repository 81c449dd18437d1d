"""Writing to the folder of published files, for the commands that publish."""

from collections.abc import Sequence
from pathlib import Path

import click

from feedback_app.program import Program
from feedback_app.publish.publication import FolderFault, folder_fault, write_file
from feedback_app.store.leads import COMMAND_LINE
from published_results import Published, PublishedNote, Result

_FAULTS: dict[FolderFault, str] = {
    "unset": "{folder} does not exist; set FEEDBACK_RESULTS to the folder that the site reads",
    "for-real-figures": "{folder} is for real figures; set FEEDBACK_RESULTS to another folder for "
    "sample data",
    "holds-sample": "{folder} holds sample data; set FEEDBACK_RESULTS to another folder, because "
    "sample data and real figures must not be mixed. 'feedback sample --publish' publishes samples",
    "holds-real": "{folder} holds real figures; set FEEDBACK_RESULTS to another folder, because "
    "sample data and real figures must not be mixed",
}


def refuse_mixing(program: Program, published: Published, sample: bool) -> None:
    """Raise ClickException if the folder is not set, or would hold sample data and real figures."""
    if fault := folder_fault(program.settings, published, sample):
        raise click.ClickException(
            _FAULTS[fault].format(folder=program.settings.results.absolute())
        )


def add_to(program: Program, files: Sequence[Result | PublishedNote]) -> None:
    """Write new files and print their paths. Raises ClickException if one cannot be written."""
    written: list[Path] = []
    try:
        for file in files:
            written.append(write_file(program, file, COMMAND_LINE, file.approved.at))
    except OSError as error:
        done = ", ".join(path.name for path in written)
        raise click.ClickException(
            f"cannot write to {program.settings.results.absolute()}: {error.strerror or error}; "
            + (f"already published and valid: {done}" if done else "nothing was published")
        ) from error
    for path in written:
        click.echo(f"published: {path}")
    if written:
        click.echo("Build the site to show it.")
