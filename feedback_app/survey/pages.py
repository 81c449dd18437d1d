"""What the survey's pages look like: one small document each, no script, no cookie, no request."""

import base64
import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from babel.dates import format_date
from flask import Response, current_app, request
from markupsafe import escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from feedback_app.base.language import choose, own_name
from feedback_app.base.links import tidy
from feedback_app.base.templates import template
from feedback_app.records import SAMPLE_SOURCE, Invitation
from feedback_app.web.request import program

_CSS = Path(__file__).parent / "static" / "survey.css"
# Nothing that is shown can hold this character, so it parts a drawn page from its gaps.
_GAP = "\x00"
# What a form shows before anything was given.
BLANK = {
    "page": "",
    "ease": "",
    "satisfaction": "",
    "comment": "",
    "contact_welcome": False,
    "change": "",
}


def page(
    name: str,
    invitation: Invitation | None = None,
    status: int = 200,
    *,
    token: str = "",
    **values: Any,
) -> Response:
    """Return the page `templates/survey/NAME.html` in the language this customer reads."""
    text = _render(
        name,
        page_language(invitation),
        status=status,
        case_number=invitation.case_number if invitation else "",
        is_sample=invitation is not None and invitation.source == SAMPLE_SOURCE,
        superseded=invitation is not None and invitation.superseded_at is not None,
        # Another language is another GET, so it is not offered where something was typed.
        here=request.path if request.method == "GET" else "",
        path=address(token),
        **values,
    )
    return Response(text, status, content_type="text/html; charset=utf-8")


def blank_form(invitation: Invitation, ease: str) -> Response:
    """Return the two questions with the point `ease` chosen; "" chooses none.

    Nearly every request wants this page, so it is drawn once a language and point, with gaps.
    """
    fillings = {
        "case_number": invitation.case_number,
        "page": program().links.sign("page", invitation.id),
        "here": request.path,
    }
    pieces = _pieces(page_language(invitation), ease, invitation.source == SAMPLE_SOURCE)
    text = "".join(str(escape(fillings[piece])) if gap else piece for gap, piece in pieces)
    return Response(text, content_type="text/html; charset=utf-8")


def page_language(invitation: Invitation | None) -> str:
    """Return the language chosen on the page, else the case's, else the browser's."""
    return _choose(
        request.args.get("lang"),
        invitation.language if invitation else None,
        request.headers.get("Accept-Language", ""),
        program().facts.languages,
    )


def address(token: str, *steps: str, **query: str) -> str:
    """Return the path of a survey page, in the language that was chosen on the page."""
    chosen = {"lang": request.args["lang"]} if "lang" in request.args else {}
    pairs = urlencode({**query, **chosen})
    return "/".join(("/f", quote(tidy(token)), *steps)) + (f"?{pairs}" if pairs else "")


def go_on(place: str) -> Response:
    """Send the browser on with a GET, so that loading the page again sends nothing again."""
    return Response(status=303, headers={"Location": place})


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


def protect(response: Response) -> Response:
    """Give a survey page its headers."""
    response.headers.update(headers())
    return response


@lru_cache(maxsize=512)
def _choose(switch: str | None, case: str | None, browser: str, languages: tuple[str, ...]) -> str:
    """Return the language of these wishes; browsers send few different ones."""
    return choose([switch, case, *parse_accept_header(browser, LanguageAccept).values()], languages)


def _render(name: str, language: str, **values: Any) -> str:
    facts = program().facts
    return template(language, f"survey/{name}.html").render(
        facts=facts,
        css=stylesheet(),
        site=lambda place: program().mail_context.site_page(place, language),
        day=lambda moment: format_date(
            moment.astimezone(program().zone), format="long", locale=language
        ),
        date=lambda day: format_date(day, format="long", locale=language),
        languages={other: own_name(other) for other in facts.languages},
        ease=values.get("given", {}).get("ease") or "",
        **values,
    )


def _pieces(language: str, ease: str, is_sample: bool) -> list[tuple[bool, str]]:
    """Return the blank form as text and gaps, each with whether it is a gap."""
    drawn: dict[tuple[str, str, bool], list[tuple[bool, str]]]
    drawn = current_app.extensions.setdefault("blank_forms", {})
    key = (language, ease, is_sample)
    if key not in drawn:
        text = _render(
            "form",
            language,
            is_sample=is_sample,
            path="",
            faults={},
            given={**BLANK, "ease": ease, "page": f"{_GAP}page{_GAP}"},
            **{name: f"{_GAP}{name}{_GAP}" for name in ("case_number", "here")},
        )
        drawn[key] = [(bool(at % 2), piece) for at, piece in enumerate(text.split(_GAP))]
    return drawn[key]
