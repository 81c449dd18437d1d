"""The command that shows what case systems sent: intake log."""

import json
from dataclasses import asdict
from itertools import groupby
from operator import attrgetter

import click

from feedback_app.base import times
from feedback_app.base.text import visible
from feedback_app.base.times import to_text
from feedback_app.commands.with_program import with_program
from feedback_app.intake.delivery_log import OUTCOMES
from feedback_app.program import Program
from feedback_app.store import delivery_log
from feedback_app.store.delivery_log import LoggedOutcome, PayloadSample


@click.command("log")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@with_program()
def log_command(program: Program, as_json: bool) -> None:
    """Show what the API and webhooks received in the last 30 days, and why it was not stored.

    Of payloads that were ignored or invalid, it shows names and types of the values. Values are
    not stored. A refusal that is repeated within 10 seconds is counted with the next request.
    """
    logged = delivery_log.since(program.database, times.now() - delivery_log.RETENTION)
    if as_json:
        click.echo(json.dumps([_document(one) for one in logged], indent=2))
        return
    for preset, outcomes in groupby(logged, attrgetter("preset")):
        click.echo(visible(preset or "unknown webhooks"))
        for one in outcomes:
            last = f"{one.last_at.astimezone(program.zone):%Y-%m-%d %H:%M}"
            text = OUTCOMES.get(one.outcome, one.outcome)
            click.echo(visible(f"{one.deliveries:7}  {text}, last {last}"))
            for sample in one.samples:
                _show(one.outcome, sample)
    if not logged:
        click.echo(f"Nothing arrived in the last {delivery_log.RETENTION.days} days.")


def _document(logged: LoggedOutcome) -> dict[str, object]:
    return {**asdict(logged), "last_at": to_text(logged.last_at)}


def _show(outcome: str, sample: PayloadSample) -> None:
    because = "conditions not met" if outcome == "ignored" else "invalid"
    click.echo(visible(f"{'':9}{because}: {', '.join(sample.because)}"))
    for line in sample.shape:
        click.echo(visible(f"{'':11}{line}"))
