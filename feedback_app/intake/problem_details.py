"""Error responses to case systems: problem details (RFC 9457) that name the field."""

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

from flask import Response

from feedback_app.intake.errors import FieldError, joined

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A request is refused, and nothing of it is stored.

    `errors` name fields by JSON pointers relative to the body, such as closed_at or 2/closed_at.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str = "",
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or joined(errors))
        self.status, self.detail = status, detail or joined(errors)
        self.errors, self.headers = tuple(errors), dict(headers or {})


def invalid_message(errors: Sequence[FieldError]) -> ProblemError:
    """Return the problem of an invalid message.

    The status is 409 if every value is well-formed but impossible, and 422 otherwise.
    """
    is_impossible = all(error.impossible for error in errors)
    status = HTTPStatus.CONFLICT if is_impossible else HTTPStatus.UNPROCESSABLE_ENTITY
    return ProblemError(status, errors=errors)


def pointers(errors: Iterable[FieldError]) -> list[dict[str, str]]:
    """Return the errors with JSON pointers into the body."""
    return [
        {"pointer": f"#/{one.field}" if one.field else "#", "detail": one.reason} for one in errors
    ]


def problem_response(error: ProblemError) -> Response:
    """Return the problem as a JSON response."""
    document = {
        "type": "about:blank",
        "title": error.status.phrase,
        "status": error.status.value,
        "detail": error.detail or error.status.description,
        "errors": pointers(error.errors),
    }
    text = json.dumps(document, ensure_ascii=True)
    return Response(text, error.status, headers=error.headers, content_type=MEDIA_TYPE)
