"""Finds the case whose number is given on the command line."""

from collections.abc import Iterable
from datetime import UTC

import click

from feedback_app.base.text import visible
from feedback_app.base.times import local_text
from feedback_app.database.contract import Transaction
from feedback_app.records import Invitation
from feedback_app.store import cases, invitations
from feedback_app.store.cases import StoredClosing

from_source = click.option(
    "--source", help="The case system. Required if several have a case with this number."
)


def newest_invitation(tx: Transaction, case_number: str, source: str | None) -> Invitation:
    """Return the invitation of the newest closing of this case.

    Raises ClickException if there is none, or if several sources have a case with this number.
    """
    found = cases.closings_of_number(tx, case_number, source)
    if not found:
        where = f" of source {source!r}" if source else ""
        raise click.ClickException(
            f"no closed case{where} has the number {case_number!r}: "
            "import it with 'feedback invite', or check leading zeros"
        )
    refuse_several_sources(case_number, found)
    newest = invitations.find(tx, found[-1].invitation_id)
    assert newest
    return newest


def refuse_several_sources(case_number: str, found: Iterable[StoredClosing]) -> None:
    """Raise ClickException, which lists the closings, if they are of more than one source."""
    by_source: dict[str, list[StoredClosing]] = {}
    for one in found:
        by_source.setdefault(one.source, []).append(one)
    if len(by_source) < 2:
        return
    lines = "\n".join(described(one) for source in sorted(by_source) for one in by_source[source])
    raise click.ClickException(
        f"several sources have a case with the number {case_number!r}: "
        f"choose one with --source:\n{lines}"
    )


def described(one: StoredClosing) -> str:
    """Return source, number, closing time and customer of a case on one line."""
    customer = f", {one.customer}" if one.customer else ""
    line = f"--source {one.source}: case {one.case_number}, closed {local_text(one.closed_at, UTC)}"
    return visible(f"  {line}{customer}").replace("\n", " ")
