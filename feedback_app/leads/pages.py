"""What the leads' pages look like: server-rendered, the same without script, and their headers."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, request, session
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from feedback_app.base.language import choose, own_name
from feedback_app.base.templates import template
from feedback_app.base.weeks import week_of
from feedback_app.leads.csrf import page_value
from feedback_app.leads.sessions import lead
from feedback_app.reports.formatting import words
from feedback_app.web.request import now, program

STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}


def page(what: str, status: int = 200, /, **values: Any) -> Response:
    """Return the page `templates/leads/WHAT.html` in the language this lead reads."""
    return Response(render(f"leads/{what}.html", **values), status, mimetype="text/html")


def render(what: str, /, **values: Any) -> str:
    """Return a template in the language this lead reads."""
    language = page_language()
    return template(language, what).render(
        facts=program().facts,
        lead=lead(),
        page_value=page_value,
        here=request.path if request.method == "GET" else "",
        languages={other: own_name(other) for other in program().facts.languages},
        now=now(),
        this_week=this_week(),
        today=program().today(now()),
        version=_version(),
        site=lambda place: program().mail_context.site_page(place, language),
        **words(program().facts, language),
        **values,
    )


def page_language() -> str:
    """Return the language chosen on a page of this session, else the browser's."""
    available = program().facts.languages
    if (chosen := request.args.get("lang")) in available:
        session["language"] = chosen
    browser = parse_accept_header(request.headers.get("Accept-Language", ""), LanguageAccept)
    return choose([session.get("language"), *browser.values()], available)


def this_week() -> str:
    """Return the week that is running where the team works."""
    return week_of(now(), program().zone)


def protect(response: Response) -> Response:
    """Give a page its headers; files that everybody may have keep their own caching."""
    for name, value in HEADERS.items():
        if request.endpoint != "leads.static" or name != "Cache-Control":
            response.headers[name] = value
    return response


def place_of_ours(wanted: str | None) -> str | None:
    """Return `wanted` if it is an address of these pages: nobody is sent elsewhere from here."""
    wanted = wanted or ""
    ours = wanted.startswith("/review/") and wanted.isprintable() and "\\" not in wanted
    return wanted if ours else None


def go_on(place: str) -> Response:
    """Send the browser on with a GET, so that loading the page again sends nothing again."""
    return Response(status=303, headers={"Location": place})


@cache
def _version() -> str:
    """Return what changes when a style or script does, so that browsers load it anew."""
    files = (STATIC / name for name in ("leads.css", "leads.js"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
