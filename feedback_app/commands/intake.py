"""Commands about what case systems send: intake try, log."""

import json
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

import click

from feedback_app.base import times
from feedback_app.base.times import to_text
from feedback_app.commands.invite_report import NOT_ASKED
from feedback_app.commands.recorded_request import is_authentic, recorded_request
from feedback_app.commands.terminal import show
from feedback_app.commands.with_program import with_program
from feedback_app.intake.deliveries import preview
from feedback_app.intake.delivery_log import OUTCOMES
from feedback_app.intake.errors import InvalidCaseError
from feedback_app.intake.json_body import BodyError
from feedback_app.intake.mapping import FIELDS
from feedback_app.intake.mapping_file import MappingFileError
from feedback_app.intake.webhooks.paths import with_request_data
from feedback_app.intake.webhooks.presets import Preset, load_presets
from feedback_app.program import Program
from feedback_app.store import delivery_log
from feedback_app.store.delivery_log import LoggedOutcome


@click.group("intake")
def intake_group() -> None:
    """Test what a case system sends, and show what arrived."""


@intake_group.command("try")
@click.argument("preset")
@click.argument("payload", type=click.File("rb"))
@click.option(
    "--headers",
    type=click.File("r", encoding="utf-8-sig", errors="replace"),
    help="Also check the authentication, with these headers of the request: lines such as "
    "Name: value, the output of curl -v, or JSON.",
)
@click.option(
    "--url",
    help="The address that the case system called, if it is signed or contains the secret. "
    "Default: the one in --headers, or that of the preset.",
)
@with_program(MappingFileError, BodyError)
def try_command(program: Program, preset: str, payload: Any, headers: Any, url: str | None) -> None:
    """Show which closed case PRESET reads from PAYLOAD. Nothing is stored or sent.

    PAYLOAD is a file with the body of a request, or - for standard input. A signature is only
    valid for exactly the body that was sent: do not format it. The exit code is 1 if a closed case
    is invalid, or the secret, signature or sender is wrong.
    """
    now = times.now()
    content = payload.read()
    presets = load_presets(program, now)
    if preset not in presets:
        raise click.BadParameter(f"choose one of {', '.join(presets)}", param_hint="PRESET")
    bodies = presets[preset].payloads(content)
    request = recorded_request(program, preset, content, headers.read(), url) if headers else None
    sent = dict(request.headers.items()) if request else {}
    payloads = [
        with_request_data(one, sent, now) if isinstance(one, dict) else one for one in bodies
    ]
    valid = [is_authentic(program, preset, request, payloads, now)] if request else []
    valid += [_is_valid(program, presets[preset], one, now) for one in payloads]
    click.echo("nothing was stored or sent")
    if not all(valid):
        raise click.exceptions.Exit(1)


def _is_valid(program: Program, preset: Preset, payload: Any, now: datetime) -> bool:
    """Print what one payload becomes. Return whether it is valid."""
    if not isinstance(payload, dict):
        click.echo(f"{preset.name}: an element that is not a JSON object")
        return False
    reader = preset.reader(program.facts, program.zone, now)
    found: dict[str, object] = {}
    try:
        if delivery := preset.delivery(payload, reader):
            decision = preview(program.database, program, delivery, now)
            found = {"delivery": delivery, "decision": decision}
        elif reopening := preset.reopening(payload, reader):
            found = {"reopening": reopening}
        else:
            found = {"ignored": preset.why_ignored(payload)}
    except InvalidCaseError as error:
        found = {"errors": error.errors}
    show(
        "intake-try",
        preset=preset.name,
        fields=FIELDS,
        to_text=to_text,
        not_asked=NOT_ASKED,
        we_send=program.case_intake.we_send,
        **found,
    )
    return "errors" not in found


@intake_group.command("log")
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
    show(
        "intake-log",
        logged=logged,
        texts=OUTCOMES,
        local=partial(times.local_text, zone=program.zone),
        days=delivery_log.RETENTION.days,
    )


def _document(logged: LoggedOutcome) -> dict[str, object]:
    return {**asdict(logged), "last_at": to_text(logged.last_at)}
