"""Commands about the leads' accounts: lead add, lead list, lead remove."""

import secrets
import sys

import click

from feedback_app.base import times
from feedback_app.commands.with_program import with_program
from feedback_app.leads import passwords
from feedback_app.program import Program
from feedback_app.records import ROLES, Lead, Role, account_name
from feedback_app.store import leads

# Whoever works on the machine itself, in the record of changes.
_OPERATOR = "command line"


@click.group()
def lead() -> None:
    """Accounts of the leads' pages: add, list, remove."""


@lead.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="lead", show_default=True)
@click.option("--generate", is_flag=True, help="Make a password and print it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--if-missing", is_flag=True, help="Do nothing if there is the account already.")
@click.option("--single-sign-on", is_flag=True, help="No password: your proxy signs in.")
@with_program()
def add(
    program: Program,
    name: str,
    role: Role,
    generate: bool,
    password_stdin: bool,
    if_missing: bool,
    single_sign_on: bool,
) -> None:
    """Add the account NAME. Without an option the password is asked for, twice.

    A reader looks at everything; a lead also marks, notes, decides and exports; an admin also sees
    who exported and changed what.
    """
    if generate + password_stdin + single_sign_on > 1:
        raise click.UsageError("name one of --generate, --password-stdin and --single-sign-on")
    name = _checked(name)
    if leads.find(program.database, name):
        if if_missing:
            return
        raise click.ClickException(f"there is an account {name} already: remove it first")
    password = None if single_sign_on else _password(generate, password_stdin)
    try:
        password_hash = None if password is None else passwords.hashed(password)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    now = times.now()
    account = Lead(name=name, role=role, password_hash=password_hash, added_at=now)
    with program.database.write() as tx:
        leads.add(tx, account)
        leads.record_action(tx, _OPERATOR, "account added", f"{name}, {role}", now)
    click.echo(f"{name} is added as {role}")
    if generate:
        click.echo(f"password: {password}")


@lead.command("list")
@with_program()
def show(program: Program) -> None:
    """List the accounts."""
    accounts = leads.every(program.database)
    for account in accounts:
        way = "password" if account.password_hash else "single sign-on"
        click.echo(f"{account.name}\t{account.role}\t{way}\tsince {account.added_at:%Y-%m-%d}")
    if not accounts:
        click.echo("There is no account yet: add one with 'feedback lead add NAME'.")


@lead.command()
@click.argument("name")
@with_program()
def remove(program: Program, name: str) -> None:
    """Remove the account NAME and end its sessions at once."""
    name = _checked(name)
    with program.database.write() as tx:
        if not leads.remove(tx, name):
            raise click.ClickException(f"there is no account {name}: see 'feedback lead list'")
        leads.record_action(tx, _OPERATOR, "account removed", name, times.now())
    click.echo(f"{name} is removed")


def _password(generate: bool, from_stdin: bool) -> str:
    if generate:
        return secrets.token_urlsafe(15)
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _checked(name: str) -> str:
    try:
        return account_name(name)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="NAME") from error
