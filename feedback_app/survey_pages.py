"""What the survey's pages look like: one small document each, no script, no cookie, no request."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, request

from feedback_app.language import choose, own_name, template
from feedback_app.links import tidy
from feedback_app.records import Invitation
from feedback_app.requests import wiring

_CSS = Path(__file__).parent / "static" / "survey.css"


def page(
    name: str,
    invitation: Invitation | None = None,
    status: int = 200,
    *,
    token: str = "",
    **values: Any,
) -> Response:
    """Return the page `templates/survey/NAME.html` in the language this customer reads."""
    facts = wiring().facts
    language = page_language(invitation)
    text = template(language, f"survey/{name}.html").render(
        facts=facts,
        status=status,
        css=stylesheet(),
        site=lambda place: wiring().stationery.site_page(place, language),
        languages={other: own_name(other) for other in facts.languages},
        # Another language is another GET, so it is not offered where something was typed.
        here=request.path if request.method == "GET" else "",
        ease=request.args.get("ease", ""),
        invitation=invitation,
        path=address(token),
        **values,
    )
    return Response(text, status, content_type="text/html; charset=utf-8")


def page_language(invitation: Invitation | None) -> str:
    """Return the language chosen on the page, else the case's, else the browser's."""
    wishes = [request.args.get("lang"), invitation.language if invitation else None]
    return choose([*wishes, *request.accept_languages.values()], wiring().facts.languages)


def address(token: str, *steps: str, **query: str) -> str:
    """Return the path of a survey page, in the language that was chosen on the page."""
    chosen = {"lang": request.args["lang"]} if "lang" in request.args else {}
    pairs = urlencode({**query, **chosen})
    return "/".join(("/f", quote(tidy(token)), *steps)) + (f"?{pairs}" if pairs else "")


@cache
def stylesheet() -> str:
    """Return the style of all survey pages, as it stands in each of them."""
    return _CSS.read_text(encoding="utf-8").strip()


@cache
def headers() -> dict[str, str]:
    """Return the headers of every survey page. Nothing but our own style sheet may load or run."""
    digest = base64.b64encode(hashlib.sha256(stylesheet().encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "X-Content-Type-Options": "nosniff",
    }
