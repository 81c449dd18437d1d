"""The command that shows what a payload of a case system would become: intake try."""

from datetime import datetime
from typing import Any

import click

from feedback_app.base import times
from feedback_app.base.times import to_text
from feedback_app.commands.with_program import with_program
from feedback_app.intake.csv.rehearsal import rehearsal
from feedback_app.intake.deliveries import Delivery, take_in
from feedback_app.intake.faults import FaultyCaseError
from feedback_app.intake.json_body import BodyError, parse
from feedback_app.intake.mapping import FIELDS
from feedback_app.intake.mapping_file import MappingFileError
from feedback_app.intake.webhooks.paths import with_surroundings
from feedback_app.intake.webhooks.presets import Preset, load_presets
from feedback_app.intake.webhooks.salesforce import SoapError, parse_notifications
from feedback_app.program import Program

_WIDTH = max(map(len, FIELDS)) + 2


@click.group("intake")
def intake_group() -> None:
    """Look at what case systems send."""


@intake_group.command("try")
@click.argument("preset")
@click.argument("payload", type=click.File("rb"))
@with_program()
def try_command(program: Program, preset: str, payload: Any) -> None:
    """Show what PAYLOAD, a file as the case system sends it, becomes by PRESET. Stores nothing.

    Neither its signature nor its headers are looked at. PAYLOAD may be -, for standard input. The
    exit code is 1 when a closed case could not be taken in.
    """
    now = times.now()
    try:
        presets = load_presets(program, now)
    except MappingFileError as error:
        raise click.ClickException(str(error)) from error
    if preset not in presets:
        raise click.BadParameter(f"there are {', '.join(presets)}", param_hint="PRESET")
    chosen = presets[preset]
    bodies = _payloads(chosen, payload.read())
    refused = [body for body in bodies if not _show(program, chosen, body, now)]
    click.echo("nothing was stored or sent")
    if refused:
        raise click.exceptions.Exit(1)


def _payloads(preset: Preset, body: bytes) -> list[dict[str, Any]]:
    try:
        found = parse_notifications(body) if preset.tables.format == "soap" else [parse(body)]
    except (BodyError, SoapError) as error:
        raise click.ClickException(str(error)) from error
    if not all(isinstance(one, dict) for one in found):
        raise click.ClickException("the body is no JSON object")
    return found


def _show(program: Program, preset: Preset, body: dict[str, Any], now: datetime) -> bool:
    """Print what one payload becomes; return whether it was understood."""
    payload = with_surroundings(body, {}, now)
    try:
        delivery = preset.delivery(payload, preset.normal_form(program, now))
        becomes = _what_becomes_of(program, delivery, now) if delivery else ""
    except FaultyCaseError as error:
        click.echo(f"{preset.name}: a closing that cannot be taken in")
        for fault in error.faults:
            click.echo(f"  {fault}")
        return False
    if delivery is None:
        click.echo(f"{preset.name}: ignored, this is no closing of a case")
        for reason in preset.mapping.unmet(preset.row(payload)):
            click.echo(f"  {reason}")
        return True
    click.echo(f"{preset.name}: a closed case")
    for name in FIELDS:
        value = getattr(delivery.case, name)
        if value not in (None, ""):
            said = to_text(value) if isinstance(value, datetime) else value
            click.echo(f"  {name:{_WIDTH}}{said}")
    for note in delivery.notes:
        click.echo(f"  {note}")
    click.echo(f"  {becomes}")
    return True


def _what_becomes_of(program: Program, delivery: Delivery, now: datetime) -> str:
    with rehearsal(program.database) as tx:
        told = take_in(tx, program, delivery, now)
    if told.outcome == "known":
        return "known already: no second invitation"
    if told.withheld_because == "no_address":
        return "there is no address: the survey link only"
    if told.withheld_because:
        return f"kept, and the customer is not asked: {told.withheld_because}"
    if program.case_intake.we_send and delivery.send:
        return "kept, and our closure mail asks the customer"
    return "kept, and the case system gets the survey link for its own mail"
