"""Commands for the leads' accounts: lead add, lead list, lead remove."""

import secrets
import sys

import click

from feedback_app.base import times
from feedback_app.base.text import visible
from feedback_app.commands.with_program import with_program
from feedback_app.leads import passwords
from feedback_app.program import Program
from feedback_app.records import ROLES, Lead, Role, account_name
from feedback_app.store import leads


@click.group()
def lead() -> None:
    """Manage the accounts for the leads' pages."""


@lead.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="lead",
    show_default=True,
    help="What the account may do; see above.",
)
@click.option("--generate", is_flag=True, help="Create a password and print it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--if-missing", is_flag=True, help="Do nothing if the account exists.")
@click.option(
    "--single-sign-on", is_flag=True, help="Your proxy signs the account in; no password."
)
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
    """Add the account NAME. Unless an option says otherwise, you are asked for a password.

    A reader can see everything. A lead can also mark answers, add notes and decisions, and export.
    An admin can also see the audit log.
    """
    if generate + password_stdin + single_sign_on > 1:
        raise click.UsageError("Give one of --generate, --password-stdin and --single-sign-on.")
    name = _checked(name)
    if leads.find(program.database, name):
        if if_missing:
            return
        raise click.ClickException(f"Account {name} already exists; remove it first.")
    password = None if single_sign_on else _password(generate, password_stdin)
    try:
        password_hash = None if password is None else passwords.hash_password(password)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    now = times.now()
    account = Lead(name=name, role=role, password_hash=password_hash, added_at=now)
    with program.database.write() as tx:
        leads.add(tx, account)
        leads.record_action(tx, leads.COMMAND_LINE, "account added", f"{name}, {role}", now)
    click.echo(f"Added {name} as {role}.")
    if generate:
        click.echo(f"password: {password}")


@lead.command("list")
@with_program()
def show(program: Program) -> None:
    """List all accounts."""
    accounts = leads.all_leads(program.database)
    for account in accounts:
        way = "password" if account.password_hash else "single sign-on"
        click.echo(
            visible(f"{account.name}\t{account.role}\t{way}\tsince {account.added_at:%Y-%m-%d}")
        )
    if not accounts:
        click.echo("No accounts yet. Add one with 'feedback lead add NAME'.")


@lead.command()
@click.argument("name")
@with_program()
def remove(program: Program, name: str) -> None:
    """Remove the account NAME and sign it out everywhere."""
    name = _checked(name)
    with program.database.write() as tx:
        if not leads.remove(tx, name):
            raise click.ClickException(f"No account {name}; see 'feedback lead list'.")
        leads.record_action(tx, leads.COMMAND_LINE, "account removed", name, times.now())
    click.echo(f"Removed {name}.")


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
