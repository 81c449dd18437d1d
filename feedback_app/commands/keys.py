"""Commands for the keys of case systems: key add, list, revoke."""

import click

from feedback_app.base import times
from feedback_app.base.text import one_line
from feedback_app.commands.with_program import with_program
from feedback_app.intake.api.keys import new_key
from feedback_app.intake.closed_case import TEXT_LIMIT
from feedback_app.program import Program
from feedback_app.records import SAMPLE_SOURCE
from feedback_app.store import sender_keys


@click.group("key")
def key_group() -> None:
    """Make, list and revoke the keys with which case systems send closed cases."""


@key_group.command()
@click.argument("source")
@with_program()
def add(program: Program, source: str) -> None:
    """Make a key for the case system SOURCE, such as jira, and print it this once.

    Every closed case that comes in with it is of this source, and it shows no others. A case
    system may have several keys, so that a new one can be tried before the old one is revoked.
    """
    if not source or source != one_line(source) or len(source) > TEXT_LIMIT or "/" in source:
        raise click.BadParameter(
            f"write one line of up to {TEXT_LIMIT} characters without a slash, such as jira",
            param_hint="SOURCE",
        )
    if source == SAMPLE_SOURCE:
        raise click.BadParameter(
            f"{source!r} marks sample data, which is not counted as real", param_hint="SOURCE"
        )
    key, text = new_key(source, times.now())
    with program.database.write() as tx:
        sender_keys.add(tx, key)
    click.echo(f"key {key.id} for {source}; keep it now, it is not shown again:", err=True)
    click.echo(text)


@key_group.command("list")
@with_program()
def list_keys(program: Program) -> None:
    """Print every key: its id, its source, since when, and whether it was revoked."""
    for key in sender_keys.all_keys(program.database):
        state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "valid"
        click.echo(f"{key.id}  {key.source}  made {key.created_at:%Y-%m-%d}  {state}")


@key_group.command()
@click.argument("key_id", metavar="ID")
@with_program()
def revoke(program: Program, key_id: str) -> None:
    """Let the key with this ID (see 'feedback key list') open nothing any more."""
    with program.database.write() as tx:
        found = sender_keys.revoke(tx, key_id, times.now())
    if not found:
        raise click.ClickException("there is no such key: 'feedback key list' shows their ids")
    click.echo(f"key {key_id} is revoked")
