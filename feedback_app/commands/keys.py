"""Commands for the API keys of case systems: key add, list, revoke."""

import click

from feedback_app.base import times
from feedback_app.base.text import one_line, visible
from feedback_app.commands.with_program import with_program
from feedback_app.intake.api.keys import new_key
from feedback_app.intake.closed_case import MAX_TEXT
from feedback_app.program import Program
from feedback_app.records import SAMPLE_SOURCE
from feedback_app.store import sender_keys


@click.group("key")
def key_group() -> None:
    """Create, list and revoke the API keys of case systems."""


@key_group.command()
@click.argument("source")
@with_program()
def add(program: Program, source: str) -> None:
    """Create an API key for the case system SOURCE, such as jira, and print it once.

    The key can only send and read cases of this source. A case system can have several keys, so
    you can test a new one before you revoke the old one.
    """
    if not source or source != one_line(source) or len(source) > MAX_TEXT or "/" in source:
        raise click.BadParameter(
            f"write one line of up to {MAX_TEXT} characters without a slash, such as jira",
            param_hint="SOURCE",
        )
    if source == SAMPLE_SOURCE:
        raise click.BadParameter(f"{source!r} is reserved for sample data", param_hint="SOURCE")
    key, text = new_key(source, times.now())
    with program.database.write() as tx:
        sender_keys.add(tx, key)
    click.echo(f"key {key.id} for {source}. Copy it now; it is not shown again:", err=True)
    click.echo(text)


@key_group.command("list")
@with_program()
def list_keys(program: Program) -> None:
    """List every key with its id, source, creation date and state."""
    for key in sender_keys.all_keys(program.database):
        state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "valid"
        click.echo(visible(f"{key.id}  {key.source}  created {key.created_at:%Y-%m-%d}  {state}"))


@key_group.command()
@click.argument("key_id", metavar="ID")
@with_program()
def revoke(program: Program, key_id: str) -> None:
    """Revoke the key with this ID (see 'feedback key list')."""
    with program.database.write() as tx:
        found = sender_keys.revoke(tx, key_id, times.now())
    if not found:
        raise click.ClickException("no such key: 'feedback key list' shows the ids")
    click.echo(f"key {key_id} is revoked")
