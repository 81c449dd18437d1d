"""What case systems are answered: problem details (RFC 9457) that name the field, kept private."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import Response

from feedback_app.intake.faults import Fault, together

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A request that is not served. Nothing of it was stored.

    `faults` name fields by JSON pointers relative to the body, such as closed_at or 2/closed_at.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str = "",
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or together(faults))
        self.status, self.detail = status, detail or together(faults)
        self.faults, self.headers = tuple(faults), dict(headers or {})


def faulty(faults: Sequence[Fault]) -> ProblemError:
    """Return the problem of a message: 409 if it only says what cannot be true, 422 otherwise."""
    is_impossible = all(fault.impossible for fault in faults)
    status = HTTPStatus.CONFLICT if is_impossible else HTTPStatus.UNPROCESSABLE_ENTITY
    return ProblemError(status, faults=faults)


def respond(error: ProblemError) -> Response:
    """Return the problem as the sender is told."""
    document = {
        "type": "about:blank",
        "title": error.status.phrase,
        "status": error.status.value,
        "detail": error.detail or error.status.description,
        "errors": [
            {"pointer": f"#/{fault.field}" if fault.field else "#", "detail": fault.reason}
            for fault in error.faults
        ],
    }
    text = json.dumps(document, ensure_ascii=True)
    return Response(text, error.status, headers=error.headers, content_type=MEDIA_TYPE)
