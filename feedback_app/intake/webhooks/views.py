"""Webhooks: reads payloads by their presets and stores the closed cases, like the API."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Blueprint, Response, current_app, jsonify, request

from feedback_app.base.text import without_addresses
from feedback_app.database.contract import Transaction
from feedback_app.intake import rate_limits
from feedback_app.intake.api.messages import ClosingMessage, EventMessage
from feedback_app.intake.closed_case import MAX_TEXT, CaseReader
from feedback_app.intake.deliveries import CaseDelivery, accept, reopen
from feedback_app.intake.errors import FieldError, InvalidCaseError, in_list, quoted
from feedback_app.intake.json_body import BodyError
from feedback_app.intake.mapping_file import MappingFileError
from feedback_app.intake.problem_details import ProblemError, pointers, problem_response
from feedback_app.intake.webhooks.authentication import SignedRequest
from feedback_app.intake.webhooks.paths import with_request_data
from feedback_app.intake.webhooks.presets import Preset, load_presets
from feedback_app.intake.webhooks.salesforce import ACKNOWLEDGEMENT, SoapError
from feedback_app.program import Program
from feedback_app.records import Reopening
from feedback_app.settings import SettingsError
from feedback_app.web.headers import keep_private
from feedback_app.web.request import now, program

webhooks = Blueprint("webhooks", __name__, url_prefix="/api/v1/webhooks")
webhooks.register_error_handler(ProblemError, problem_response)
webhooks.after_request(keep_private)
log = logging.getLogger(__name__)

EXTENSION = "webhooks"
IGNORED = "ignored: this event neither closes nor reopens a case"


@dataclass(frozen=True)
class Webhook:
    """An enabled preset and its valid secrets."""

    preset: Preset
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Ignored:
    """An event that neither closes nor reopens a case, and the conditions that it does not meet."""

    reasons: list[str]


Event = CaseDelivery | Reopening
EventResult = ClosingMessage | EventMessage | Ignored | InvalidCaseError


def enabled_webhooks(program: Program, moment: datetime) -> dict[str, Webhook]:
    """Return the presets that have a secret in the settings, by name.

    Raises SettingsError naming every error in presets and secrets, but never a secret.
    """
    try:
        presets = load_presets(program, moment)
    except MappingFileError as error:
        raise SettingsError(str(error)) from error
    errors, secrets = [], dict[str, tuple[str, ...]]()
    for pair in program.settings.webhook_secrets:
        name, _, secret = pair.get_secret_value().partition("=")
        if name not in presets:
            known = ", ".join(presets)
            errors.append(f"FEEDBACK_WEBHOOK_SECRETS: {name[:40]!r} is not a preset: {known}")
        elif problem := presets[name].tables.authentication.problem_with(secret):
            errors.append(f"FEEDBACK_WEBHOOK_SECRETS: the secret of {name} {problem}")
        else:
            secrets[name] = (*secrets.get(name, ()), secret)
    if errors:
        raise SettingsError("\n".join(errors))
    return {name: Webhook(presets[name], found) for name, found in secrets.items()}


@webhooks.post("/<name>")
@webhooks.post("/<name>/<secret>")
def receive_event(name: str, secret: str = "") -> tuple[Response, int]:
    """Store the closed cases of an event, or of a list of events, and return the outcome of each.

    The status is 201 if a case is new, 422 if every element is invalid, and 200 otherwise: a case
    system that repeats a request after an error would never get beyond a faulty element.
    """
    webhook = _webhook(name)
    signed = SignedRequest(request.headers, request.get_data(), secret, _public_address())
    if not webhook.preset.tables.authentication.is_valid(signed, webhook.secrets):
        _refuse(name)
    rate_limits.count_request(f"webhook {name}")
    results = _store(webhook.preset, _payloads(webhook, signed))
    if webhook.preset.tables.format == "soap":
        return Response(ACKNOWLEDGEMENT, content_type="text/xml; charset=utf-8"), HTTPStatus.OK
    is_list = signed.body.lstrip().startswith(b"[")
    if not is_list and isinstance(results[0], InvalidCaseError):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, errors=results[0].errors)
    answers = [_answer(at, result) for at, result in enumerate(results)]
    return jsonify(answers if is_list else answers[0]), _status(answers)


def _status(answers: Sequence[Mapping[str, Any]]) -> HTTPStatus:
    outcomes = {answer["outcome"] for answer in answers}
    if "new" in outcomes:
        return HTTPStatus.CREATED
    return HTTPStatus.OK if outcomes != {"invalid"} else HTTPStatus.UNPROCESSABLE_ENTITY


def _public_address() -> str:
    """Return the address the sender used. A proxy may change host and scheme, so these are ours."""
    query = request.query_string.decode("utf-8", "replace")
    return program().settings.public_url + request.path + (f"?{query}" if query else "")


def _webhook(name: str) -> Webhook:
    found: Webhook | None = current_app.extensions[EXTENSION].get(name)
    if found is None:
        rate_limits.count_failure()
        raise ProblemError(
            HTTPStatus.NOT_FOUND, "no such webhook, or it has no secret in the settings"
        )
    return found


def _payloads(webhook: Webhook, signed: SignedRequest) -> list[Any]:
    """Return the payloads of a request after checking their signed time and their sender."""
    authentication = webhook.preset.tables.authentication
    try:
        found = webhook.preset.payloads(signed.body)
    except (BodyError, SoapError) as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, str(error)) from error
    headers: Mapping[str, str] = dict(request.headers.items())
    for at, payload in enumerate(found):
        if not isinstance(payload, dict):
            continue
        found[at] = payload = with_request_data(payload, headers, now())
        is_fresh = authentication.is_fresh(signed, payload, now())
        if not (is_fresh and authentication.is_from(signed, payload, webhook.secrets)):
            _refuse(webhook.preset.name)
    return found


def _refuse(name: str) -> NoReturn:
    rate_limits.count_failure()
    log.warning("webhook %s: refused a request with a wrong secret, signature or time", name)
    raise ProblemError(HTTPStatus.UNAUTHORIZED, "the signature, secret or signed time is wrong")


def _store(preset: Preset, payloads: Sequence[Any]) -> list[EventResult]:
    """Store the valid cases. An invalid one is logged and does not prevent the others."""
    reader = preset.reader(program(), now())
    read = [_read(preset, payload, reader) for payload in payloads]
    with program().database.write() as tx:
        results = [_accepted(tx, one) for one in read]
    for payload, result in zip(payloads, results, strict=True):
        if isinstance(result, InvalidCaseError):
            _log_invalid(preset, payload, result)
    return results


def _read(preset: Preset, payload: Any, reader: CaseReader) -> Event | EventResult:
    if not isinstance(payload, dict):
        return InvalidCaseError([FieldError("", "is not a JSON object")])
    try:
        event = preset.delivery(payload, reader) or preset.reopening(payload, reader)
    except InvalidCaseError as error:
        return error
    return event or Ignored(preset.unmet(payload))


def _accepted(tx: Transaction, read: Event | EventResult) -> EventResult:
    if isinstance(read, Reopening):
        return reopen(tx, program(), read, now())
    if not isinstance(read, CaseDelivery):
        return read
    try:
        return accept(tx, program(), read, now())
    except InvalidCaseError as error:
        return error


def _answer(at: int, result: EventResult) -> dict[str, Any]:
    """Return the response about one element of a list."""
    if isinstance(result, InvalidCaseError):
        return {"outcome": "invalid", "errors": pointers(in_list(result.errors, at))}
    if isinstance(result, Ignored):
        return {"outcome": "ignored", "notes": [IGNORED, *result.reasons]}
    return result.model_dump(mode="json")


def _log_invalid(preset: Preset, payload: Any, error: InvalidCaseError) -> None:
    # Field names only, because values can be addresses; the case number lets people find the case.
    fields = ", ".join(one.field for one in error.errors)
    number = preset.case_number(payload) if isinstance(payload, dict) else ""
    number = quoted(without_addresses(number[:MAX_TEXT]))
    log.warning(
        "webhook %s: closed case %s was refused, invalid fields: %s", preset.name, number, fields
    )
