"""What commands print and ask: texts from templates, questions and progress bars."""

import sys
from typing import Any

import click

from feedback_app.base.templates import template
from feedback_app.base.text import counted, visible


def show(name: str, **values: object) -> None:
    """Print the template `commands/NAME` with these values."""
    text = template("en", f"commands/{name}.txt").render(values, counted=counted)
    click.echo(visible(text), nl=False)


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
