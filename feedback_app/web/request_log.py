"""The id of each request, and a log line with its route instead of its path."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from flask import Flask, Response, g, request

from feedback_app.base.logs import request_id
from feedback_app.web.client_address import peer_is_trusted

HEADER = "X-Request-ID"
# Letters of UUIDs, ULIDs and trace ids; nothing that could break a log line.
_VALID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_PROBES = ("/healthz", "/readyz", "/metrics")
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")

log = logging.getLogger("feedback_app.requests")

Observer = Callable[[str, int, float], None]


def log_requests(app: Flask, observe: Observer) -> None:
    """Give each request an id, log it, and call `observe` with its route, status and seconds.

    Call this before other functions are added that run before a request.
    """

    def start() -> None:
        g.started = time.perf_counter()
        request_id.set(_given_id() or secrets.token_hex(8))

    def finish(response: Response) -> Response:
        # The route and not the path, which contains tokens.
        route = request.url_rule.rule if request.url_rule else "none"
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        observe(route, response.status_code, seconds)
        level = logging.DEBUG if route in _PROBES else logging.INFO
        if log.isEnabledFor(level):
            _log(level, route, response.status_code, seconds)
        response.headers[HEADER] = request_id.get()
        return response

    def forget(_: BaseException | None) -> None:
        request_id.set("")

    app.before_request(start)
    app.after_request(finish)
    app.teardown_request(forget)


def _log(level: int, route: str, status: int, seconds: float) -> None:
    method = request.method if request.method in _METHODS else "OTHER"
    values = {"method": method, "route": route, "status": status, "seconds": round(seconds, 4)}
    text = "%s %s %d %.3f s"
    log.log(level, text, method, route, status, seconds, extra={"values": values})


def _given_id() -> str:
    """Return the id that a trusted proxy gave the request, or ""."""
    given = request.headers.get(HEADER, "")
    return given if given and _VALID.fullmatch(given) and peer_is_trusted() else ""
