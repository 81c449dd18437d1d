"""Commands for the keys of case systems: key add, list, revoke."""

import click

from feedback_app import clock, sample
from feedback_app.commands.wired import wired
from feedback_app.intake.normal import TEXT_LIMIT
from feedback_app.intake.senders import new_key
from feedback_app.store import sender_keys
from feedback_app.text import one_line
from feedback_app.wiring import Wiring


@click.group("key")
def key_group() -> None:
    """Make, list and revoke the keys with which case systems send closed cases."""


@key_group.command()
@click.argument("source")
@wired()
def add(wiring: Wiring, source: str) -> None:
    """Make a key for the case system SOURCE, such as jira, and print it this once.

    Every closed case that comes in with it is of this source, and it shows no others. A case
    system may have several keys, so that a new one can be tried before the old one is revoked.
    """
    if not source or source != one_line(source) or len(source) > TEXT_LIMIT or "/" in source:
        raise click.BadParameter(
            f"write one line of up to {TEXT_LIMIT} characters without a slash, such as jira",
            param_hint="SOURCE",
        )
    if source == sample.SOURCE:
        raise click.BadParameter(
            f"{source!r} marks sample data, which is not counted as real", param_hint="SOURCE"
        )
    key, text = new_key(source, clock.now())
    with wiring.database.write() as tx:
        sender_keys.add(tx, key)
    click.echo(f"key {key.id} for {source}; keep it now, it is not shown again:", err=True)
    click.echo(text)


@key_group.command("list")
@wired()
def list_keys(wiring: Wiring) -> None:
    """Print every key: its id, its source, since when, and whether it was revoked."""
    for key in sender_keys.all_keys(wiring.database):
        state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "valid"
        click.echo(f"{key.id}  {key.source}  made {key.created_at:%Y-%m-%d}  {state}")


@key_group.command()
@click.argument("key_id", metavar="ID")
@wired()
def revoke(wiring: Wiring, key_id: str) -> None:
    """Let the key with this ID (see 'feedback key list') open nothing any more."""
    with wiring.database.write() as tx:
        found = sender_keys.revoke(tx, key_id, clock.now())
    if not found:
        raise click.ClickException("there is no such key: 'feedback key list' shows their ids")
    click.echo(f"key {key_id} is revoked")
