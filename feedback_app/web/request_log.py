"""The id of each request, and a log line with its route instead of its path."""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Request

from feedback_app.base.logs import request_id
from feedback_app.web.client_address import is_trusted

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEADER = "X-Request-ID"
# Letters of UUIDs, ULIDs and trace ids; nothing that could break a log line.
_VALID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_PROBES = ("/healthz", "/readyz", "/metrics")
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")

log = logging.getLogger("feedback_app.requests")

Observer = Callable[[str, int, float], None]


def log_requests(app: Flask, observe: Observer) -> None:
    """Give each request an id, log it, and call `observe` with its route, status and seconds.

    Call this after other functions were put around `app.wsgi_app`.
    """
    respond, proxies = app.wsgi_app, app.config["PROGRAM"].settings.trusted_proxies

    def logged(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began = time.perf_counter()
        found = _given_id(environ, proxies) or secrets.token_hex(8)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            seconds = time.perf_counter() - began
            route, code = _route(environ), int(status[:3])
            observe(route, code, seconds)
            _log(environ["REQUEST_METHOD"], route, code, seconds)
            return start_response(status, [*headers, (HEADER, found)], *error)

        request_id.set(found)
        try:
            return respond(environ, start)
        finally:
            request_id.set("")

    app.wsgi_app = logged  # type: ignore[method-assign]


def _route(environ: "WSGIEnvironment") -> str:
    """Return the route and not the path, which contains tokens."""
    request: Request = environ["werkzeug.request"]
    return request.url_rule.rule if request.url_rule else "none"


def _log(method: str, route: str, status: int, seconds: float) -> None:
    level = logging.DEBUG if route in _PROBES else logging.INFO
    if not log.isEnabledFor(level):
        return
    method = method if method in _METHODS else "OTHER"
    text = "%s %s %d %.3f s"
    # Unlike `log.log`, this does not look for the line of the caller.
    record = logging.LogRecord(log.name, level, "", 0, text, (method, route, status, seconds), None)
    record.values = {
        "method": method,
        "route": route,
        "status": status,
        "seconds": round(seconds, 4),
    }
    log.handle(record)


def _given_id(environ: "WSGIEnvironment", proxies: tuple[str, ...]) -> str:
    """Return the id that a trusted proxy gave the request, or ""."""
    given: str = environ.get("HTTP_X_REQUEST_ID", "")
    is_valid = given and _VALID.fullmatch(given)
    return given if is_valid and is_trusted(environ.get("REMOTE_ADDR", ""), proxies) else ""
