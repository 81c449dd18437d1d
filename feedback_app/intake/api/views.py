"""The HTTP API: closed cases, survey links, bounces and opt-outs. Senders see only their cases."""

import json
from collections import Counter
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from feedback_app.base.text import clean, one_line
from feedback_app.intake import rate_limits
from feedback_app.intake.api.keys import find_key
from feedback_app.intake.api.messages import (
    MAX_CASES,
    BounceMessage,
    ClosedCaseMessage,
    ClosingMessage,
    OptOutMessage,
    ReopeningMessage,
    SurveyLinkMessage,
)
from feedback_app.intake.api.openapi import openapi_document
from feedback_app.intake.api.reading import json_body, message_of_request, read, texts
from feedback_app.intake.case_number import lookup_key
from feedback_app.intake.closed_case import CaseReader, contact_address, loses_characters
from feedback_app.intake.deliveries import (
    CLEANED,
    CaseDelivery,
    accept_all,
    closing_message,
    release_links,
    reopen,
)
from feedback_app.intake.delivery_log import API, count_refusal
from feedback_app.intake.errors import FieldError, InvalidCaseError, in_list, quoted
from feedback_app.intake.mapping import FIELDS
from feedback_app.intake.mapping_file import CaseMapping
from feedback_app.intake.problem_details import ProblemError, invalid_message, problem_response
from feedback_app.records import Closing, SenderKey
from feedback_app.store import closings, delivery_log, invitations, opt_outs
from feedback_app.web.headers import keep_private
from feedback_app.web.request import now, program

api = Blueprint("api", __name__, url_prefix="/api/v1")
api.register_error_handler(ProblemError, problem_response)
api.after_request(keep_private)
_OPENAPI = "openapi"


@api.after_request
def _count_refusal(response: Response) -> Response:
    is_delivery = request.endpoint == "api.add_closed_cases"
    return count_refusal(response, API) if is_delivery else response


@api.get("/openapi.json")
def show_openapi() -> Response:
    """Return the OpenAPI document, generated once per process. No key is needed."""
    extensions = current_app.extensions
    if _OPENAPI not in extensions:
        document = openapi_document(program().facts, program().settings.public_url)
        extensions[_OPENAPI] = json.dumps(document)
    return Response(extensions[_OPENAPI], content_type="application/json")


@api.post("/closed-cases")
def add_closed_cases() -> tuple[Response, int]:
    """Store one closed case, or a list of them: all, or none if one of them is invalid."""
    key = _authenticate()
    body = json_body()
    is_list = isinstance(body, list)
    deliveries = _deliveries(body if is_list else [body], key.source, is_list)
    accepted: list[ClosingMessage] = []
    with program().database.write() as tx:
        for at, result in enumerate(accept_all(tx, program(), deliveries, now())):
            if isinstance(result, InvalidCaseError):
                raise invalid_message(in_list(result.errors, at) if is_list else result.errors)
            accepted.append(result)
        for outcome, number in sorted(Counter(one.outcome for one in accepted).items()):
            delivery_log.add(tx, (API, outcome), now(), number)
    answers = [answer.model_dump(mode="json") for answer in accepted]
    is_new = any(answer["outcome"] == "new" for answer in answers)
    status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    return jsonify(answers if is_list else answers[0]), status


@api.get("/closed-cases/<source>/<path:case_id>")
def show_closed_case(source: str, case_id: str) -> Response:
    """Return the status of the newest closing of a case."""
    key = _authenticate()
    # The response does not tell another sender's case from one that does not exist.
    own = case_id if one_line(source) == key.source else ""
    return _reply(_closing(key, own))


@api.post("/bounces")
def add_bounce() -> Response:
    """Record that the closure email of a case bounced."""
    key = _authenticate()
    message = message_of_request(BounceMessage)
    closing = _closing(key, message.case_id, message.closure_key)
    with program().database.write() as tx:
        invitations.mark_bounced(tx, closing.invitation.id, now())
    return _reply(_closing(key, message.case_id, closing.closure_key))


@api.post("/survey-links")
def release_survey_link() -> Response:
    """Release the link of a known closing, so that the sender can pass it on to the customer."""
    key = _authenticate()
    message = message_of_request(SurveyLinkMessage)
    closing = _closing(key, message.case_id, message.closure_key)
    with program().database.write() as tx:
        case_ref = closing.invitation.case_ref
        closing = closings.find(tx, case_ref)
        closing = release_links(tx, program(), [closing], now()).get(case_ref, closing)
    return _reply(closing, shows_link=True)


@api.post("/reopenings")
def add_reopening() -> Response:
    """Store that a case is open again, and withdraw its unanswered surveys."""
    key = _authenticate()
    message = message_of_request(ReopeningMessage)
    values = {"source": key.source, **texts(message, ("case_id", "reopened_at"))}
    try:
        reopening = _reader().read_reopening(values)
    except InvalidCaseError as error:
        raise invalid_message(error.errors) from error
    with program().database.write() as tx:
        answer = reopen(tx, program(), reopening, now())
    return jsonify(answer.model_dump(mode="json"))


@api.post("/opt-outs")
def add_opt_out() -> tuple[str, int]:
    """Store an opt-out. It applies to the cases of every sender."""
    _authenticate()
    message = message_of_request(OptOutMessage)
    try:
        address = contact_address(message.contact_email)
    except ValueError as error:
        raise invalid_message([FieldError("contact_email", str(error))]) from error
    with program().database.write() as tx:
        opt_outs.add(tx, address, now())
    return "", HTTPStatus.NO_CONTENT


def _reply(closing: Closing, shows_link: bool = False) -> Response:
    message = closing_message(closing, program(), now(), shows_link=shows_link)
    return jsonify(message.model_dump(mode="json"))


def _authenticate() -> SenderKey:
    """Return the key of this request.

    Raises ProblemError if the key is missing or invalid, or its rate limit is exceeded.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    key = find_key(program().database, text.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        rate_limits.count_failure()
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "send the header Authorization: Bearer KEY, with a key that was not revoked",
            headers={"WWW-Authenticate": "Bearer"},
        )
    rate_limits.count_request(key.id)
    return key


def _deliveries(values: list[Any], source: str, is_list: bool) -> list[CaseDelivery]:
    """Return the deliveries in these values. Raises ProblemError naming every error."""
    if not 1 <= len(values) <= MAX_CASES:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"the list has {len(values)} closed cases: send 1 to {MAX_CASES}",
        )
    reader = _reader()
    found: list[CaseDelivery] = []
    errors: list[FieldError] = []
    for at, value in enumerate(values):
        try:
            found.append(_delivery(value, source, reader))
        except InvalidCaseError as error:
            errors += in_list(error.errors, at) if is_list else error.errors
    if errors:
        raise invalid_message(errors)
    return found


def _reader() -> CaseReader:
    return CaseMapping().reader(program().facts, program().zone, now())


def _delivery(value: Any, source: str, reader: CaseReader) -> CaseDelivery:
    fields = value if isinstance(value, dict) else {}
    typed = {name: text for name, text in fields.items() if isinstance(text, str)}
    cleaned = {name: clean(text) for name, text in typed.items()}
    message, errors = read(ClosedCaseMessage, {**fields, **cleaned} if fields else value)
    if message is None:
        wrong = {error.field for error in errors}
        others = {name: cleaned[name] for name in FIELDS if cleaned.get(name) and name not in wrong}
        raise InvalidCaseError([*errors, *reader.check(others)])
    values = texts(message, FIELDS)
    if values.setdefault("source", source) != source:
        reason = f"{quoted(values['source'])} is not the source of this key, which is {source}"
        raise InvalidCaseError([FieldError("source", reason, True)])
    return CaseDelivery(
        case=reader.read(values),
        delivery_id=message.delivery_id,
        send=message.send,
        notes=(CLEANED,) if loses_characters(typed.values()) else (),
    )


def _closing(key: SenderKey, case_id: str, closure_key: str | None = None) -> Closing:
    wanted = closure_key and one_line(closure_key)
    found = closings.of_case(program().database, key.source, lookup_key(case_id), wanted)
    if found is None:
        raise ProblemError(
            HTTPStatus.NOT_FOUND, f"no such closed case of {key.source} was received with this key"
        )
    return found
