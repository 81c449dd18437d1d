"""Closed cases over HTTP in the normal form, and where they stand. Each sender sees its own."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request

from feedback_app.base.text import clean, one_line
from feedback_app.intake import rate_limits
from feedback_app.intake.api.keys import recognised
from feedback_app.intake.api.messages import (
    MOST_CASES,
    BounceMessage,
    ClosedCaseMessage,
    OptOutMessage,
    SurveyLinkMessage,
)
from feedback_app.intake.api.openapi import document
from feedback_app.intake.api.reading import json_body, read, texts, the_one
from feedback_app.intake.closed_case import NormalForm, loses_characters, plain_address
from feedback_app.intake.dates import Moments
from feedback_app.intake.deliveries import CLEANED, Delivery, give_out, take_in, told
from feedback_app.intake.faults import Fault, FaultyCaseError, shown
from feedback_app.intake.mapping import FIELDS
from feedback_app.intake.problems import ProblemError, faulty, respond
from feedback_app.records import Closing, SenderKey
from feedback_app.store import closings, invitations, opt_outs
from feedback_app.web.headers import keep_private
from feedback_app.web.request import now, program

api = Blueprint("api", __name__, url_prefix="/api/v1")
api.register_error_handler(ProblemError, respond)
api.after_request(keep_private)


@api.get("/openapi.json")
def openapi_document() -> Response:
    """Show what this API is, for programs that read OpenAPI 3.0. No key is needed."""
    return jsonify(document(program().facts, program().settings.public_url))


@api.post("/closed-cases")
def receive() -> tuple[Response, int]:
    """Take in one closed case, or a list of them: all, or none if one of them is faulty."""
    key = _sender()
    body = json_body()
    many = isinstance(body, list)
    deliveries = _deliveries(body if many else [body], key.source, many)
    try:
        with program().database.write() as tx:
            # In one order everywhere, so that two requests at once wait for each other, not both.
            order = sorted(range(len(deliveries)), key=lambda at: deliveries[at].case.case_id)
            taken = {}
            for at in order:
                taken[at] = take_in(tx, program(), deliveries[at], now())
    except FaultyCaseError as error:
        raise faulty(_placed(error.faults, at if many else None)) from error
    answers = [taken[at].model_dump(mode="json") for at in range(len(deliveries))]
    is_new = any(answer["outcome"] == "new" for answer in answers)
    status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    return jsonify(answers if many else answers[0]), status


@api.get("/closed-cases/<source>/<path:case_id>")
def show(source: str, case_id: str) -> Response:
    """Tell where the newest closing of a case stands."""
    key = _sender()
    # Another sender's case and one that does not exist look alike.
    own = case_id if one_line(source) == key.source else ""
    return jsonify(told(_closing(key, own), program(), now()).model_dump(mode="json"))


@api.post("/bounces")
def bounced() -> Response:
    """Record that the closure mail of a case came back."""
    key = _sender()
    message = the_one(BounceMessage)
    closing = _closing(key, message.case_id, message.closure_key)
    with program().database.write() as tx:
        invitations.mark_bounced(tx, closing.invitation.id, now())
    closing = _closing(key, message.case_id, closing.closure_key)
    return jsonify(told(closing, program(), now()).model_dump(mode="json"))


@api.post("/survey-links")
def give_link_out() -> Response:
    """Give out the link of a closing that is known, to be passed on to the customer."""
    key = _sender()
    message = the_one(SurveyLinkMessage)
    closing = _closing(key, message.case_id, message.closure_key)
    with program().database.write() as tx:
        closing = closings.find(tx, closing.invitation.case_ref)
        closing = give_out(tx, program(), closing, now())
    return jsonify(told(closing, program(), now(), gives_link=True).model_dump(mode="json"))


@api.post("/opt-outs")
def opt_out() -> tuple[str, int]:
    """Ask an address no more, whoever knows it: an objection counts wherever it was made."""
    _sender()
    message = the_one(OptOutMessage)
    try:
        address = plain_address(message.contact_email)
    except ValueError as error:
        raise faulty([Fault("contact_email", str(error))]) from error
    with program().database.write() as tx:
        opt_outs.add(tx, address, now())
    return "", HTTPStatus.NO_CONTENT


def _sender() -> SenderKey:
    """Return the key of this request. Raises ProblemError if it has none, or spent its minute."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    key = recognised(program().database, text.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        rate_limits.spend_failure()
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "send the header Authorization: Bearer KEY, with a key that was not revoked",
            headers={"WWW-Authenticate": "Bearer"},
        )
    rate_limits.spend(key.id)
    return key


def _deliveries(values: list[Any], source: str, many: bool) -> list[Delivery]:
    """Return the deliveries these values are. Raises ProblemError naming every fault."""
    if not 1 <= len(values) <= MOST_CASES:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"the list holds {len(values)} closed cases: send 1 to {MOST_CASES}",
        )
    normal = NormalForm.of(program().facts, Moments(program().zone), now())
    found, faults = [], []
    for at, value in enumerate(values):
        try:
            found.append(_delivery(value, source, normal))
        except FaultyCaseError as error:
            faults += _placed(error.faults, at if many else None)
    if faults:
        raise faulty(faults)
    return found


def _delivery(value: Any, source: str, normal: NormalForm) -> Delivery:
    fields = value if isinstance(value, dict) else {}
    typed = {name: text for name, text in fields.items() if isinstance(text, str)}
    cleaned = {name: clean(text) for name, text in typed.items()}
    message, faults = read(ClosedCaseMessage, {**fields, **cleaned} if fields else value)
    if message is None:
        wrong = {fault.field for fault in faults}
        others = {name: cleaned[name] for name in FIELDS if cleaned.get(name) and name not in wrong}
        raise FaultyCaseError([*faults, *normal.faults(others)])
    values = texts(message, FIELDS)
    if values.setdefault("source", source) != source:
        said = f"{shown(values['source'])} is not what this key is for, which is {source}"
        raise FaultyCaseError([Fault("source", said, True)])
    return Delivery(
        case=normal.case(values),
        delivery_id=message.delivery_id,
        send=message.send,
        notes=(CLEANED,) if loses_characters(typed.values()) else (),
    )


def _placed(faults: tuple[Fault, ...], at: int | None) -> list[Fault]:
    """Return the faults with the place of their case in the list in front of the field."""
    if at is None:
        return list(faults)
    return [replace(one, field=f"{at}/{one.field}" if one.field else str(at)) for one in faults]


def _closing(key: SenderKey, case_id: str, closure_key: str | None = None) -> Closing:
    wanted = closure_key and one_line(closure_key)
    found = closings.of_case(program().database, key.source, one_line(case_id), wanted)
    if found is None:
        raise ProblemError(
            HTTPStatus.NOT_FOUND, f"no such closed case of {key.source} came in with this key"
        )
    return found
