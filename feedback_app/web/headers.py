"""The security headers of every response. The site's own policy is in its headers.json.

Each kind of response has its own, and everything else, such as static files, has `common_headers`.
A header that a response already has is kept.
"""

import base64
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from werkzeug.wsgi import get_current_url

from feedback_app.web.pages import stylesheet

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# The key of the WSGI environment with the kind of a response.
_KIND = "feedback_app.kind_of_response"
_COMMON = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# A year. Subdomains are left out, because other services may use them.
_HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
_PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
_LEADS = {
    **_PRIVATE,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
}


def common_headers(public_url: str) -> dict[str, str]:
    """Return the headers of every response. An https URL adds Strict-Transport-Security."""
    return {**_COMMON, **(_HTTPS_ONLY if public_url.startswith("https://") else {})}


def protect_all(app: Flask) -> None:
    """Add its headers to every response of `app`, and make its redirects relative."""
    common = common_headers(app.config["PROGRAM"].settings.public_url)
    kinds = {"private": _PRIVATE, "page": _page(), "leads": _LEADS}
    added = {kind: _by_lower_name({**common, **own}) for kind, own in kinds.items()}
    others = _by_lower_name(common)
    respond = app.wsgi_app

    def with_headers(
        environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        # Around Flask, because Werkzeug checks the text of each header again when it is set.
        def start(status: str, own: list[tuple[str, str]], *error: Any) -> Any:
            present = {name.lower() for name, _ in own}
            headers = added.get(environ.get(_KIND, ""), others)
            missing = [header for name, header in headers if name not in present]
            if "location" in present:
                own = [
                    (name, _relative(value, environ) if name == "Location" else value)
                    for name, value in own
                ]
            return start_response(status, own + missing, *error)

        return respond(environ, start)

    app.wsgi_app = with_headers  # type: ignore[method-assign]


def _by_lower_name(headers: dict[str, str]) -> list[tuple[str, tuple[str, str]]]:
    return [(name.lower(), (name, value)) for name, value in headers.items()]


def _relative(value: str, environ: "WSGIEnvironment") -> str:
    """Return a redirect to this host as a path: Werkzeug's repeat the Host that the client sent."""
    if value.startswith("/"):
        return value
    host_url = get_current_url(environ, host_only=True)
    return f"/{value.removeprefix(host_url)}" if value.startswith(host_url) else value


def keep_private(response: Response) -> Response:
    """Keep an API response out of caches and search engines: it may contain a survey link."""
    request.environ[_KIND] = "private"
    return response


def protect_page(response: Response) -> Response:
    """Give the response the headers of a page without scripts: only its own stylesheet may load."""
    request.environ[_KIND] = "page"
    return response


def protect_leads_page(response: Response) -> Response:
    """Give the response the headers of a leads' page, unless it is a page without scripts."""
    request.environ.setdefault(_KIND, "leads")
    return response


def _page() -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(stylesheet().encode()).digest()).decode()
    return {
        **_PRIVATE,
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
    }
