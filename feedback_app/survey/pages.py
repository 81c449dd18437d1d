"""The survey's pages: one small document each, with no script, cookie or further request."""

from typing import Any
from urllib.parse import quote, urlencode

from babel.dates import format_date
from flask import Response, current_app, request
from markupsafe import escape

from feedback_app.base.links import tidy
from feedback_app.records import SAMPLE_SOURCE, Invitation
from feedback_app.web import pages
from feedback_app.web.request import program

# No rendered value can contain this character, so it separates a rendered page from its gaps.
_GAP = "\x00"
# The values of an empty form.
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
    language = page_language(invitation)
    return pages.page(
        f"survey/{name}",
        status,
        language,
        case_number=invitation.case_number if invitation else "",
        is_sample=invitation is not None and invitation.source == SAMPLE_SOURCE,
        superseded=invitation is not None and invitation.superseded_at is not None,
        path=address(token),
        day=lambda moment: format_date(
            moment.astimezone(program().zone), format="long", locale=language
        ),
        date=lambda day: format_date(day, format="long", locale=language),
        ease=values.get("given", {}).get("ease") or "",
        **values,
    )


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
    return pages.page_language(invitation.language if invitation else None)


def address(token: str, *steps: str, **query: str) -> str:
    """Return the path of a survey page, in the language that was chosen on the page."""
    chosen = {"lang": request.args["lang"]} if "lang" in request.args else {}
    pairs = urlencode({**query, **chosen})
    return "/".join(("/f", quote(tidy(token)), *steps)) + (f"?{pairs}" if pairs else "")


def _pieces(language: str, ease: str, is_sample: bool) -> list[tuple[bool, str]]:
    """Return the blank form as text and gaps, each with whether it is a gap."""
    drawn: dict[tuple[str, str, bool], list[tuple[bool, str]]]
    drawn = current_app.extensions.setdefault("blank_forms", {})
    key = (language, ease, is_sample)
    if key not in drawn:
        text = pages.render(
            "survey/form.html",
            language,
            css=pages.stylesheet(),
            ease=ease,
            is_sample=is_sample,
            path="",
            faults={},
            given={**BLANK, "ease": ease, "page": f"{_GAP}page{_GAP}"},
            **{name: f"{_GAP}{name}{_GAP}" for name in ("case_number", "here")},
        )
        drawn[key] = [(bool(at % 2), piece) for at, piece in enumerate(text.split(_GAP))]
    return drawn[key]
