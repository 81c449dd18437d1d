"""What commands print and ask: texts from templates, questions and progress bars."""

import sys
from typing import Any

import click

from feedback_app.base.templates import template
from feedback_app.base.text import counted, visible


def text_of(name: str, **values: object) -> str:
    """Return the text of the template `commands/NAME` with these values, for a terminal."""
    return visible(template("en", f"commands/{name}.txt").render(values, counted=counted))


def show(name: str, **values: object) -> None:
    """Print the text of the template `commands/NAME` with these values."""
    click.echo(text_of(name, **values), nl=False)


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
