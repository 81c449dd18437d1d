"""Commands for the leads' accounts: lead add, list, change, reset and remove."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from feedback_app.base import times
from feedback_app.base.text import visible
from feedback_app.commands.with_program import with_program
from feedback_app.jobs.accounts import AccountError, Accounts
from feedback_app.leads import passwords
from feedback_app.program import Program
from feedback_app.records import ROLES, Lead, Role, account_name
from feedback_app.store import leads
from support_facts import is_email_address


def _checked_name(_: click.Context, __: click.Parameter, typed: str) -> str:
    try:
        return account_name(typed)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _checked_email(_: click.Context, __: click.Parameter, typed: str | None) -> str | None:
    if typed and not is_email_address(typed):
        raise click.BadParameter(f"{typed!r} is not an email address in ASCII")
    return typed


_name = click.argument("name", callback=_checked_name)
_email = click.option("--email", callback=_checked_email, help="Where links and alerts go.")


@click.group()
def lead() -> None:
    """Manage the accounts for the leads' pages. Admins can also do so there."""


@lead.command()
@_name
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="lead",
    show_default=True,
    help="What the account may do; see above.",
)
@_email
@click.option("--generate", "way", flag_value="generate", help="Create a password and print it.")
@click.option(
    "--password-stdin", "way", flag_value="stdin", help="Read the password from standard input."
)
@click.option("--link", "way", flag_value="link", help="Print a link to set a password.")
@click.option("--if-missing", is_flag=True, help="Do nothing if the account exists.")
@click.option(
    "--single-sign-on",
    "way",
    flag_value="proxy",
    help="Your proxy signs the account in; no password.",
)
@with_program(AccountError)
def add(
    program: Program, name: str, role: Role, email: str | None, way: str | None, if_missing: bool
) -> None:
    """Add the account NAME. Unless an option says otherwise, you are asked for a password.

    A reader can see everything. A lead can also mark answers, add notes and decisions, and export.
    An admin can also manage accounts and personal data, and see the audit log.
    """
    if if_missing and leads.find(program.database, name):
        return
    password = _password(way)
    try:
        password_hash = None if password is None else passwords.hash_password(password)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    account = Lead(
        name=name, role=role, email=email, password_hash=password_hash, added_at=times.now()
    )
    with _changes(program) as changes:
        changes.add(account)
        link = changes.new_link(name) if way == "link" else None
    click.echo(f"Added {name} as {role}.")
    if way == "generate":
        click.echo(f"password: {password}")
    if link:
        _show(link)


@lead.command("list")
@with_program()
def show(program: Program) -> None:
    """List all accounts."""
    accounts = leads.all_leads(program.database)
    for account in accounts:
        seen = account.signed_in_at
        columns = (
            account.name,
            account.role,
            account.address or "no email",
            "password" if account.password_hash else "no password",
            f"since {account.added_at:%Y-%m-%d}",
            f"last sign-in {seen:%Y-%m-%d}" if seen else "never signed in",
        )
        click.echo(visible("\t".join(columns)))
    if not accounts:
        click.echo("No accounts yet. Add one with 'feedback lead add NAME'.")


@lead.command()
@_name
@click.option("--role", type=click.Choice(ROLES))
@_email
@with_program(AccountError)
def change(program: Program, name: str, role: Role | None, email: str | None) -> None:
    """Change the role or the email address of the account NAME. An empty --email removes it."""
    with _changes(program) as changes:
        account = changes.locked(name)
        changes.change(
            name, role or account.role, account.email if email is None else email or None
        )
    click.echo(f"Changed {name}.")


@lead.command()
@_name
@with_program(AccountError)
def reset(program: Program, name: str) -> None:
    """Remove the password of NAME, sign it out everywhere, and print a link to set a new one."""
    if program.settings.sign_in_header:
        raise click.ClickException("Your proxy signs accounts in; they have no passwords here.")
    with _changes(program) as changes:
        changes.reset_password(name)
        link = changes.new_link(name)
    _show(link)


@lead.command()
@_name
@click.option("--new-owner", default="", help="Who gets its open follow-ups and decisions.")
@with_program(AccountError)
def remove(program: Program, name: str, new_owner: str) -> None:
    """Remove the account NAME and sign it out everywhere."""
    with _changes(program) as changes:
        changes.remove(name, new_owner.strip())
    click.echo(f"Removed {name}.")


@contextmanager
def _changes(program: Program) -> Iterator[Accounts]:
    """Change accounts in one transaction."""
    with program.database.write() as tx:
        yield Accounts(program, tx, leads.COMMAND_LINE, times.now())


def _show(link: str) -> None:
    click.echo(f"Set the password within 72 hours, once: {link}")


def _password(way: str | None) -> str | None:
    if way in ("proxy", "link"):
        return None
    if way == "generate":
        return secrets.token_urlsafe(15)
    if way == "stdin":
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed
