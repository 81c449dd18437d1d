"""What only a terminal gets: questions and progress bars."""

import sys
from typing import Any

import click


def confirm(question: str, done: str, yes: bool) -> None:
    """Ask on a terminal, unless `yes` was given. Ends the command if the answer is no.

    Without a terminal, it ends with the message that nothing was `done`.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.ClickException(f"Nothing was {done}. Run it in a terminal, or add --yes.")
    click.confirm(question, abort=True)


def progress(length: int, label: str) -> Any:
    """Return a progress bar on stderr, hidden unless stderr is a terminal."""
    return click.progressbar(
        length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    )
