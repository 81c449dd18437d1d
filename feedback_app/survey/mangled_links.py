"""Repairs survey and opt-out links that an email or chat program changed."""

import re
from collections.abc import Callable
from typing import Any

from feedback_app.base.links import split_token
from feedback_app.web.limits import MAX_PATH

_ROUTE = re.compile(r"/+([fo])(?:/|$)", re.IGNORECASE)
_STEP = re.compile(r"/(why|thanks|renew)\b", re.IGNORECASE)
# A `=` in quoted-printable text is "=3D".
_EASE = re.compile(r"(?:\b|=3F)ease=(?:3D)?([1-5])(?!\d)", re.IGNORECASE)


def repaired(path: str) -> tuple[str, str]:
    """Return the path that the sent link had, and the score in the rest of `path`, or "".

    A path without a complete token only gets a lower-case route without a slash at the end.
    """
    route = _ROUTE.match(path)
    if not route or len(path) > MAX_PATH:
        return path, ""
    start, rest = f"/{route[1].lower()}/", path[route.end() :]
    token, after = split_token(rest)
    if not token:
        return start + (rest.rstrip("/") or "-"), ""
    step, ease = _STEP.match(after), _EASE.search(after)
    return start + token + (f"/{step[1].lower()}" if step else ""), ease[1] if ease else ""


def repair_links(application: Callable[..., Any]) -> Callable[..., Any]:
    """Return a WSGI application that calls `application` with repaired paths."""

    def call(environ: dict[str, Any], start_response: Any) -> Any:
        # WSGI paths are bytes as Latin-1 text (PEP 3333).
        raw = environ.get("PATH_INFO", "")
        path = raw.encode("latin-1").decode(errors="replace")
        good, ease = repaired(path)
        if good != path:
            environ["PATH_INFO"] = good.encode().decode("latin-1")
        if ease:
            query = environ.get("QUERY_STRING", "")
            environ["QUERY_STRING"] = f"{query}&ease={ease}".lstrip("&")
        return application(environ, start_response)

    return call
