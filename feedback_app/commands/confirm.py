"""Asks before something that cannot be undone."""

import sys

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
