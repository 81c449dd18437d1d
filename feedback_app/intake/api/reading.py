"""Reads the JSON messages of the HTTP API and names each wrong field."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import request
from pydantic import ValidationError

from feedback_app.intake.api.messages import Message
from feedback_app.intake.errors import FieldError
from feedback_app.intake.json_body import BodyError, parse
from feedback_app.intake.problem_details import ProblemError, invalid_message

M = TypeVar("M", bound=Message)

_REASONS = {
    "missing": "is missing",
    "string_type": "is not text: put it in quotes, so that leading zeros are kept",
    "bool_type": "must be true or false",
    "model_type": "must be an object with fields",
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


def read(kind: type[M], value: Any) -> tuple[M | None, list[FieldError]]:
    """Return the message in a JSON value, or None and what is wrong with it."""
    try:
        return kind.model_validate(value), []
    except ValidationError as error:
        return None, [_field_error(one) for one in error.errors(include_url=False)]


def message_of_request(kind: type[M]) -> M:
    """Return the message in the body of this request. Raises ProblemError."""
    message, errors = read(kind, json_body())
    if message is None:
        raise invalid_message(errors)
    return message


def texts(message: Message, names: Iterable[str]) -> dict[str, str]:
    """Return the fields of `message` that are not empty, as texts."""
    values = {name: getattr(message, name) for name in names}
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


def _field_error(error: Any) -> FieldError:
    name = "/".join(str(part) for part in error["loc"])
    text = error["msg"][:1].lower() + error["msg"][1:]
    return FieldError(name, _REASONS.get(error["type"], text))
