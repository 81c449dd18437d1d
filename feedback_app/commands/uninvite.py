"""The command that takes an import back: uninvite."""

from datetime import datetime

import click

from feedback_app.base import times
from feedback_app.commands.with_program import with_program
from feedback_app.program import Program
from feedback_app.store import import_runs

# A customer's answer never waits longer than for so many removals.
_BATCH = 100


def _run(_: click.Context, __: click.Parameter, text: str) -> datetime:
    try:
        return times.from_text(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{error}. 'feedback invite' printed it as its last line"
        ) from error


@click.command()
@click.argument("run", metavar="RUN", callback=_run)
@with_program()
def uninvite(program: Program, run: datetime) -> None:
    """Undo an import. RUN is the time in the last line that 'feedback invite' printed.

    Its cases and unsent emails are removed. A case stays if its email was sent, its link was given
    out, or it has an answer, a note, a decision or a follow-up. Invitations that the import
    replaced stay replaced.
    """
    removed = 0
    while True:
        with program.database.write() as tx:
            done = import_runs.remove_some(tx, run, times.now(), _BATCH)
        if not done:
            break
        removed += done
    left = import_runs.count(program.database, run)
    click.echo(f"removed {removed} cases; {left} cases of this import stay")
    if not removed and not left:
        raise click.ClickException(f"no import began at {times.to_text(run)}")
