"""Limits of a request, checked before it is parsed. `server` applies `body_limit` as well.

Behind another server, such as granian, Flask checks the same limits.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, abort, request
from werkzeug.datastructures import ImmutableMultiDict

FORM_BYTES = 64 * 1024
# The longest comment that support.toml allows: 20,000 characters, percent-encoded 12 bytes each.
SURVEY_BYTES = 256 * 1024
INTAKE_BYTES = 1024 * 1024
_MAX_FIELDS = 200
MAX_PATH = 1024
# Longer values are ignored: ours are less than a tenth of this.
_IGNORED_ABOVE = {"HTTP_COOKIE": 4096, "QUERY_STRING": 4096}
_FORM = "application/x-www-form-urlencoded"


def body_limit(path: str) -> int:
    """Return the size of the largest request body that this path accepts, in bytes."""
    if path.startswith("/api/"):
        return INTAKE_BYTES
    return SURVEY_BYTES if path[:3].lower() == "/f/" else FORM_BYTES


def limit_requests(app: Flask) -> None:
    """Make `app` refuse requests beyond the limits, and ignore headers beyond theirs."""
    app.config["MAX_FORM_PARTS"] = _MAX_FIELDS
    app.wsgi_app = _without_long_values(app.wsgi_app)  # type: ignore[method-assign]
    app.before_request(_check_size)


def _check_size() -> None:
    # Each use of the proxy `request` would look the request up again.
    received = request._get_current_object()  # type: ignore[attr-defined]
    if len(received.path) > MAX_PATH:
        abort(404)
    if received.method == "GET":  # no view reads the body of a GET
        return
    limit = body_limit(received.path)
    received.max_content_length = received.max_form_memory_size = limit
    if (received.content_length or 0) > limit:
        abort(413)
    # Werkzeug limits the number of fields of multipart forms only.
    if received.mimetype == _FORM and received.get_data().count(b"&") >= _MAX_FIELDS:
        # The error page must not parse the form either.
        received.form = ImmutableMultiDict()
        abort(413)


def _without_long_values(application: Callable[..., Any]) -> Callable[..., Any]:
    def call(environ: dict[str, Any], start_response: Any) -> Any:
        for name, longest in _IGNORED_ABOVE.items():
            if len(environ.get(name, "")) > longest:
                environ[name] = ""
        return application(environ, start_response)

    return call
