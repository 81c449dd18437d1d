"""Messages of the HTTP API into what they mean, every fault named with its field."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import request
from pydantic import ValidationError

from feedback_app.intake.api.messages import Message
from feedback_app.intake.faults import Fault
from feedback_app.intake.json_body import BodyError, parse
from feedback_app.intake.problems import ProblemError, faulty

M = TypeVar("M", bound=Message)

_MENDS = {
    "missing": "is missing",
    "string_type": "is no text: write it in quotes, so that zeros are kept",
    "bool_type": "is neither true nor false",
    "model_type": "is no object of fields",
}


def json_body() -> Any:
    """Return the JSON value of this request. Raises ProblemError."""
    if request.mimetype != "application/json":
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the header Content-Type: application/json"
        )
    try:
        return parse(request.get_data())
    except BodyError as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, str(error)) from error


def read(kind: type[M], value: Any) -> tuple[M | None, list[Fault]]:
    """Return the message that a JSON value is, or what is wrong with it."""
    try:
        return kind.model_validate(value), []
    except ValidationError as error:
        return None, [_fault(one) for one in error.errors(include_url=False)]


def the_one(kind: type[M]) -> M:
    """Return the message of this kind that the request's body is. Raises ProblemError."""
    message, faults = read(kind, json_body())
    if message is None:
        raise faulty(faults)
    return message


def texts(message: Message, names: Iterable[str]) -> dict[str, str]:
    """Return the fields of `message` that say something, as texts."""
    values = {name: getattr(message, name) for name in names}
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


def _fault(error: Any) -> Fault:
    name = "/".join(str(part) for part in error["loc"])
    said = error["msg"][:1].lower() + error["msg"][1:]
    return Fault(name, _MENDS.get(error["type"], said))
