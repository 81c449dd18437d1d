"""Webhooks: reads payloads by their presets and stores the closed cases, like the API."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from feedback_app.intake import rate_limits
from feedback_app.intake.delivery_log import count_refusal, refused_as
from feedback_app.intake.errors import InvalidCaseError
from feedback_app.intake.json_body import BodyError, without_mark
from feedback_app.intake.problem_details import ProblemError, problem_response
from feedback_app.intake.webhooks.authentication import SignedRequest
from feedback_app.intake.webhooks.events import answer_about, store_events
from feedback_app.intake.webhooks.paths import with_request_data
from feedback_app.intake.webhooks.presets import Preset
from feedback_app.intake.webhooks.salesforce import ACKNOWLEDGEMENT
from feedback_app.web.headers import keep_private
from feedback_app.web.request import now, program

webhooks = Blueprint("webhooks", __name__, url_prefix="/api/v1/webhooks")
webhooks.register_error_handler(ProblemError, problem_response)
webhooks.after_request(keep_private)
webhooks.after_request(
    lambda response: count_refusal(response, (request.view_args or {}).get("name", ""))
)
log = logging.getLogger(__name__)

EXTENSION = "webhooks"


@webhooks.post("/<name>")
@webhooks.post("/<name>/<secret>")
def receive_event(name: str, secret: str = "") -> tuple[Response, int]:
    """Store the closed cases of an event, or of a list of events, and return the outcome of each.

    The status is 201 if a case is new, 422 if every element is invalid, and 200 otherwise: a case
    system that repeats a request after an error would never get beyond a faulty element.
    """
    preset = _enabled(name)
    signed = SignedRequest(request.headers, request.get_data(), secret, _public_address())
    authentication = preset.authentication
    _require(
        name,
        "secret",
        authentication.secret_fault(signed, preset.secrets),
        {"WWW-Authenticate": authentication.challenge},
    )
    rate_limits.count_request(f"webhook {name}")
    results = store_events(program(), preset, _payloads(preset, signed), now())
    if preset.format == "soap":
        return Response(ACKNOWLEDGEMENT, content_type="text/xml; charset=utf-8"), HTTPStatus.OK
    is_list = without_mark(signed.body).lstrip().startswith(b"[")
    refused_as("")
    if not is_list and isinstance(results[0], InvalidCaseError):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, errors=results[0].errors)
    answers = [answer_about(at, result) for at, result in enumerate(results)]
    return jsonify(answers if is_list else answers[0]), _status(answers)


@webhooks.get("/<name>")
@webhooks.get("/<name>/<secret>")
def confirm_address(name: str, secret: str = "") -> Response:
    """Confirm that the webhook is enabled: Intercom sends HEAD before it accepts an address."""
    _enabled(name)
    return jsonify(notes=["this webhook is enabled; send events with POST"])


def _status(answers: Sequence[Mapping[str, Any]]) -> HTTPStatus:
    outcomes = {answer["outcome"] for answer in answers}
    if "new" in outcomes:
        return HTTPStatus.CREATED
    return HTTPStatus.OK if outcomes != {"invalid"} else HTTPStatus.UNPROCESSABLE_ENTITY


def _public_address() -> str:
    """Return the address the sender used. A proxy may change host and scheme, so these are ours."""
    query = request.query_string.decode("utf-8", "replace")
    return program().settings.public_url + request.path + (f"?{query}" if query else "")


def _enabled(name: str) -> Preset:
    found: Preset | None = current_app.extensions[EXTENSION].get(name)
    if found and found.secrets:
        return found
    rate_limits.count_failure()
    if found:
        refused_as("disabled")
    raise ProblemError(HTTPStatus.NOT_FOUND, "no such webhook, or it has no secret in the settings")


def _payloads(preset: Preset, signed: SignedRequest) -> list[Any]:
    """Return the payloads of a request after checking their signed time and their sender."""
    name, authentication = preset.name, preset.authentication
    try:
        found = preset.payloads(signed.body)
    except BodyError as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, str(error)) from error
    headers: Mapping[str, str] = dict(request.headers.items())
    for at, payload in enumerate(found):
        if not isinstance(payload, dict):
            continue
        found[at] = payload = with_request_data(payload, headers, now())
        _require(name, "time", authentication.time_fault(signed, payload, now()))
        _require(name, "sender", authentication.sender_fault(signed, payload, preset.secrets))
    return found


def _require(name: str, check: str, fault: str, headers: Mapping[str, str] | None = None) -> None:
    """Refuse the request if this check of its authentication found a fault."""
    if fault:
        rate_limits.count_failure()
        log.warning("webhook %s: refused a request because of its %s", name, check)
        refused_as(check)
        raise ProblemError(HTTPStatus.UNAUTHORIZED, fault, headers=headers)
