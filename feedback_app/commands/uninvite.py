"""The command that undoes an import: uninvite."""

import click

from feedback_app.base import times
from feedback_app.base.text import counted
from feedback_app.commands.terminal import confirm
from feedback_app.commands.with_program import with_program
from feedback_app.program import Program
from feedback_app.store import import_runs, leads

# A customer's answer never waits longer than for so many removals.
_BATCH = 100


@click.command()
@click.argument("run", required=False)
@click.option("--yes", is_flag=True, help="Undo the import without asking, for scripts.")
@with_program()
def uninvite(program: Program, run: str | None, yes: bool) -> None:
    """Undo the import RUN, whose id is in the last line that 'feedback invite' printed.

    Without RUN, list the last 20 imports. The command shows what it would remove and asks. It
    removes the cases of the import and their unsent emails. A case stays if its email was sent, its
    link was given out, or it has an answer, a note, a decision or a follow-up. Surveys that the
    import replaced stay replaced, and cases that it completed stay complete.
    """
    if not run:
        _list(program)
        return
    (found,) = import_runs.last(program.database, run) or (None,)
    if not found:
        raise click.BadParameter(
            f"there is no import {run!r}. 'feedback uninvite' lists the last ones", param_hint="RUN"
        )
    now = times.now()
    removable = import_runs.count_removable(program.database, run, now)
    click.echo(f"{_described(program, found)}: {removable} can be removed.")
    if not removable:
        raise click.ClickException("Nothing was removed: the customers have their emails or links.")
    what = counted(removable, "case", "cases")
    confirm(f"Remove {what} with unsent emails?", "removed", yes)
    removed = 0
    while done := _remove(program, run):
        removed += done
    with program.database.write() as tx:
        subject = f"import {run}, {counted(removed, 'case', 'cases')}"
        leads.record_action(tx, leads.COMMAND_LINE, "import undone", subject, now)
    left = counted(found.cases - removed, "case of this import stays", "cases of this import stay")
    click.echo(f"Removed {counted(removed, 'case', 'cases')}; {left}.")


def _remove(program: Program, run: str) -> int:
    with program.database.write() as tx:
        return import_runs.remove_some(tx, run, times.now(), _BATCH)


def _list(program: Program) -> None:
    found = import_runs.last(program.database)
    for one in found:
        click.echo(_described(program, one))
    if not found:
        click.echo("There are no imports.")


def _described(program: Program, one: import_runs.ImportRun) -> str:
    started = times.local_text(one.started_at, program.zone)
    return f"Import {one.id} of {started}, {counted(one.cases, 'case', 'cases')}"
