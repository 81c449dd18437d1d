"""Finds the case whose number is given on the command line."""

import click

from feedback_app.database.contract import Transaction
from feedback_app.records import Invitation
from feedback_app.store import invitations

from_source = click.option(
    "--source", help="The case system. Required if several have a case with this number."
)


def newest_invitation(tx: Transaction, case_number: str, source: str | None) -> Invitation:
    """Return the invitation of the newest closing of this case.

    Raises ClickException if there is none, or if several sources have a case with this number.
    """
    known = invitations.of_case_number(tx, case_number)
    found = [one for one in known if source in (None, one.source)]
    if not found:
        where = f" of source {source!r}" if source else ""
        raise click.ClickException(
            f"no closed case{where} has the number {case_number!r}: "
            "import it with 'feedback invite', or check leading zeros"
        )
    sources = sorted({one.source for one in found})
    if len(sources) > 1:
        raise click.ClickException(
            f"several sources have a case with the number {case_number!r}: "
            f"choose one with --source: {', '.join(sources)}"
        )
    return found[-1]
