"""Webhooks: reads payloads by their presets and stores the closed cases, like the API."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Blueprint, Response, current_app, jsonify, request

from feedback_app.base.text import without_addresses
from feedback_app.intake import rate_limits
from feedback_app.intake.closed_case import MAX_TEXT
from feedback_app.intake.deliveries import CaseDelivery, accept
from feedback_app.intake.errors import InvalidCaseError, quoted
from feedback_app.intake.json_body import BodyError
from feedback_app.intake.mapping_file import MappingFileError
from feedback_app.intake.problem_details import ProblemError, problem_response
from feedback_app.intake.webhooks.authentication import SignedRequest
from feedback_app.intake.webhooks.paths import with_request_data
from feedback_app.intake.webhooks.presets import Preset, load_presets
from feedback_app.intake.webhooks.salesforce import ACKNOWLEDGEMENT, SoapError
from feedback_app.program import Program
from feedback_app.settings import SettingsError
from feedback_app.web.headers import keep_private
from feedback_app.web.request import now, program

webhooks = Blueprint("webhooks", __name__, url_prefix="/api/v1/webhooks")
webhooks.register_error_handler(ProblemError, problem_response)
webhooks.after_request(keep_private)
log = logging.getLogger(__name__)

EXTENSION = "webhooks"
IGNORED = "ignored: this event does not close a case"


@dataclass(frozen=True)
class Webhook:
    """An enabled preset and its valid secrets."""

    preset: Preset
    secrets: tuple[str, ...]


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
    """Store the closed cases of an event. Other events are ignored with status 200."""
    webhook = _webhook(name)
    signed = SignedRequest(request.headers, request.get_data(), secret, _public_address())
    if not webhook.preset.tables.authentication.is_valid(signed, webhook.secrets):
        _refuse(name)
    rate_limits.count_request(f"webhook {name}")
    payloads = _payloads(webhook, signed)
    if webhook.preset.tables.format == "soap":
        _store_all(webhook.preset, payloads)
        return Response(ACKNOWLEDGEMENT, content_type="text/xml; charset=utf-8"), HTTPStatus.OK
    return _store_one(webhook.preset, payloads[0])


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


def _payloads(webhook: Webhook, signed: SignedRequest) -> list[dict[str, Any]]:
    """Return the payloads of a request after checking their signed time and their sender."""
    authentication = webhook.preset.tables.authentication
    try:
        found = webhook.preset.payloads(signed.body)
    except (BodyError, SoapError) as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, str(error)) from error
    headers: Mapping[str, str] = dict(request.headers.items())
    payloads = [with_request_data(one, headers, now()) for one in found]
    for payload in payloads:
        is_fresh = authentication.is_fresh(signed, payload, now())
        if not (is_fresh and authentication.is_from(signed, payload, webhook.secrets)):
            _refuse(webhook.preset.name)
    return payloads


def _refuse(name: str) -> NoReturn:
    rate_limits.count_failure()
    log.warning("webhook %s: refused a request with a wrong secret, signature or time", name)
    raise ProblemError(HTTPStatus.UNAUTHORIZED, "the signature, secret or signed time is wrong")


def _store_one(preset: Preset, payload: Mapping[str, Any]) -> tuple[Response, int]:
    try:
        delivery = preset.delivery(payload, preset.reader(program(), now()))
        if delivery is None:
            return jsonify(outcome="ignored", notes=[IGNORED]), HTTPStatus.OK
        with program().database.write() as tx:
            answer = accept(tx, program(), delivery, now())
    except InvalidCaseError as error:
        _log_invalid(preset, payload, error)
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, errors=error.errors) from error
    status = HTTPStatus.CREATED if answer.outcome == "new" else HTTPStatus.OK
    return jsonify(answer.model_dump(mode="json")), status


def _store_all(preset: Preset, payloads: list[dict[str, Any]]) -> None:
    """Store the valid cases and log the others, because a retry would not make them valid."""
    reader = preset.reader(program(), now())
    deliveries: list[tuple[CaseDelivery, dict[str, Any]]] = []
    for payload in payloads:
        try:
            delivery = preset.delivery(payload, reader)
        except InvalidCaseError as error:
            _log_invalid(preset, payload, error)
        else:
            deliveries += [(delivery, payload)] if delivery else []
    with program().database.write() as tx:
        for delivery, payload in deliveries:
            try:
                accept(tx, program(), delivery, now())
            except InvalidCaseError as error:
                _log_invalid(preset, payload, error)


def _log_invalid(preset: Preset, payload: Mapping[str, Any], error: InvalidCaseError) -> None:
    # Field names only, because values can be addresses; the case number lets people find the case.
    fields = ", ".join(one.field for one in error.errors)
    number = quoted(without_addresses(preset.case_number(payload)[:MAX_TEXT]))
    log.warning(
        "webhook %s: closed case %s was refused, invalid fields: %s", preset.name, number, fields
    )
