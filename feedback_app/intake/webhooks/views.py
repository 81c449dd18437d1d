"""Webhooks: payloads of case systems by their presets, to the same case_intake as the API."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Blueprint, Response, current_app, jsonify, request

from feedback_app.base.text import without_addresses
from feedback_app.intake import rate_limits
from feedback_app.intake.closed_case import TEXT_LIMIT
from feedback_app.intake.deliveries import Delivery, take_in
from feedback_app.intake.faults import FaultyCaseError, shown
from feedback_app.intake.json_body import BodyError, parse
from feedback_app.intake.mapping_file import MappingFileError
from feedback_app.intake.problems import ProblemError, respond
from feedback_app.intake.webhooks.authentication import Proof
from feedback_app.intake.webhooks.paths import with_surroundings
from feedback_app.intake.webhooks.presets import Preset, load_presets
from feedback_app.intake.webhooks.salesforce import ACKNOWLEDGED, SoapError, parse_notifications
from feedback_app.program import Program
from feedback_app.settings import SettingsError
from feedback_app.web.headers import keep_private
from feedback_app.web.request import now, program

webhooks = Blueprint("webhooks", __name__, url_prefix="/api/v1/webhooks")
webhooks.register_error_handler(ProblemError, respond)
webhooks.after_request(keep_private)
log = logging.getLogger(__name__)

EXTENSION = "webhooks"
IGNORED = "this is no closing of a case"


@dataclass(frozen=True)
class Webhook:
    """A preset that is open, and the secrets that open it."""

    preset: Preset
    secrets: tuple[str, ...]


def open_webhooks(program: Program, moment: datetime) -> dict[str, Webhook]:
    """Return the presets that have a secret in the settings, by name.

    Raises SettingsError naming every fault of every preset and secret, never a secret itself.
    """
    try:
        presets = load_presets(program, moment)
    except MappingFileError as error:
        raise SettingsError(str(error)) from error
    faults, secrets = [], dict[str, tuple[str, ...]]()
    for pair in program.settings.webhook_secrets:
        name, _, secret = pair.get_secret_value().partition("=")
        if name not in presets:
            known = ", ".join(presets)
            faults.append(f"FEEDBACK_WEBHOOK_SECRETS: {name[:40]!r} is no preset: {known}")
        elif fault := presets[name].tables.authentication.fault_of(secret):
            faults.append(f"FEEDBACK_WEBHOOK_SECRETS: the secret of {name} {fault}")
        else:
            secrets[name] = (*secrets.get(name, ()), secret)
    if faults:
        raise SettingsError("\n".join(faults))
    return {name: Webhook(presets[name], found) for name, found in secrets.items()}


@webhooks.post("/<name>")
@webhooks.post("/<name>/<secret>")
def receive(name: str, secret: str = "") -> tuple[Response, int]:
    """Take in what a case system tells; what is no closing is answered with 200 and forgotten."""
    webhook = _webhook(name)
    proof = Proof(request.headers, request.get_data(), secret)
    if not webhook.preset.tables.authentication.holds(proof, webhook.secrets):
        _refuse(name)
    rate_limits.spend(f"webhook {name}")
    payloads = _payloads(webhook, proof)
    if webhook.preset.tables.format == "soap":
        _take_all_in(webhook.preset, payloads)
        return Response(ACKNOWLEDGED, content_type="text/xml; charset=utf-8"), HTTPStatus.OK
    return _take_one_in(webhook.preset, payloads[0])


def _webhook(name: str) -> Webhook:
    found: Webhook | None = current_app.extensions[EXTENSION].get(name)
    if found is None:
        rate_limits.spend_failure()
        raise ProblemError(
            HTTPStatus.NOT_FOUND, "there is no such webhook, or it has no secret in the settings"
        )
    return found


def _payloads(webhook: Webhook, proof: Proof) -> list[dict[str, Any]]:
    """Return the payloads of a request, once their time and sender are right as well."""
    tables = webhook.preset.tables
    try:
        if tables.format == "soap":
            found: list[Any] = list(parse_notifications(proof.body))
        else:
            found = [parse(proof.body)]
    except (BodyError, SoapError) as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, str(error)) from error
    if not all(isinstance(one, dict) for one in found):
        raise ProblemError(HTTPStatus.BAD_REQUEST, "the body is no JSON object")
    headers: Mapping[str, str] = dict(request.headers.items())
    payloads = [with_surroundings(one, headers, now()) for one in found]
    for payload in payloads:
        is_fresh = tables.authentication.is_fresh(proof, payload, now())
        if not (is_fresh and tables.authentication.is_from(proof, payload, webhook.secrets)):
            _refuse(webhook.preset.name)
    return payloads


def _refuse(name: str) -> NoReturn:
    rate_limits.spend_failure()
    log.warning("webhook %s: a request with a wrong or an old proof was refused", name)
    raise ProblemError(HTTPStatus.UNAUTHORIZED, "the signature, secret or signed time is wrong")


def _take_one_in(preset: Preset, payload: Mapping[str, Any]) -> tuple[Response, int]:
    try:
        delivery = preset.delivery(payload, preset.normal_form(program(), now()))
        if delivery is None:
            return jsonify(outcome="ignored", notes=[IGNORED]), HTTPStatus.OK
        with program().database.write() as tx:
            told = take_in(tx, program(), delivery, now())
    except FaultyCaseError as error:
        _log_faults(preset, payload, error)
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, faults=error.faults) from error
    status = HTTPStatus.CREATED if told.outcome == "new" else HTTPStatus.OK
    return jsonify(told.model_dump(mode="json")), status


def _take_all_in(preset: Preset, payloads: list[dict[str, Any]]) -> None:
    """Take in what can be; the rest is logged, because sending it again would not mend it."""
    normal = preset.normal_form(program(), now())
    deliveries: list[tuple[Delivery, dict[str, Any]]] = []
    for payload in payloads:
        try:
            delivery = preset.delivery(payload, normal)
        except FaultyCaseError as error:
            _log_faults(preset, payload, error)
        else:
            deliveries += [(delivery, payload)] if delivery else []
    with program().database.write() as tx:
        # In one order everywhere, so that two requests at once wait for each other, not both.
        for delivery, payload in sorted(deliveries, key=lambda one: one[0].case.case_id):
            try:
                take_in(tx, program(), delivery, now())
            except FaultyCaseError as error:
                _log_faults(preset, payload, error)


def _log_faults(preset: Preset, payload: Mapping[str, Any], error: FaultyCaseError) -> None:
    # Of the fields only names, because values may be addresses; but somebody must find the case.
    fields = ", ".join(fault.field for fault in error.faults)
    number = shown(without_addresses(preset.case_number(payload)[:TEXT_LIMIT]))
    log.warning(
        "webhook %s: closed case %s was not taken in, wrong are: %s", preset.name, number, fields
    )
