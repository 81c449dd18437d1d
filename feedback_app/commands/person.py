"""The command that prints everything that is stored about an email address."""

import json

import click

from feedback_app.base import times
from feedback_app.base.text import visible
from feedback_app.commands.contacts import checked_address
from feedback_app.commands.with_program import with_program
from feedback_app.jobs.person import as_lines, person, record
from feedback_app.program import Program
from feedback_app.store.leads import COMMAND_LINE


@click.command("person")
@click.argument("address", callback=checked_address)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_program()
def person_command(program: Program, address: str, as_json: bool) -> None:
    """Print everything that is stored about ADDRESS. Times are UTC.

    The audit log records it, by case numbers. Comments of other customers that mention the address
    are not printed, only the numbers of their cases.
    """
    now = times.now()
    known = person(program, address, now)
    record(program, known.found, "personal data exported", COMMAND_LINE, now)
    if as_json:
        click.echo(json.dumps(known.data, indent=2, ensure_ascii=False))
        return
    for line in as_lines(known.data):
        click.echo(visible(line))
    if not known.is_known:
        click.echo("Nothing is stored about this address.", err=True)
