"""The headers of our responses. The knowledge site's own are in its headers.json."""

import base64
import hashlib
from functools import cache

from flask import Response, request

from feedback_app.web.pages import stylesheet

_PRIVATE = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}
_LEADS = {
    **_PRIVATE,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
}


def keep_private(response: Response) -> Response:
    """Keep an API response out of caches and search engines: it may contain a survey link."""
    response.headers.update(_PRIVATE)
    return response


def protect_page(response: Response) -> Response:
    """Add the headers of a page without scripts: only its own stylesheet may load."""
    response.headers.update(_page())
    return response


def protect_leads_page(response: Response) -> Response:
    """Add the headers of a leads' page. Stylesheet and script keep their own caching."""
    for name, value in _LEADS.items():
        if request.endpoint != "leads.static" or name != "Cache-Control":
            response.headers[name] = value
    return response


@cache
def _page() -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(stylesheet().encode()).digest()).decode()
    return {
        **_PRIVATE,
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
    }
