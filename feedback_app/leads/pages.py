"""Rendering of the leads' pages, in the language of the session."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Response, request, session

from feedback_app.base.weeks import days_of, week_after, week_of, weeks_back
from feedback_app.leads.csrf import csrf_field
from feedback_app.leads.returned_form import returned_form
from feedback_app.leads.sessions import PREFIX, lead
from feedback_app.reports.formatting import words
from feedback_app.web import pages
from feedback_app.web.request import now, program

STATIC = Path(__file__).parent / "static"


def page(what: str, status: int = 200, /, **values: Any) -> Response:
    """Return the page `templates/leads/WHAT.html` in the lead's language."""
    return Response(render(f"leads/{what}.html", **values), status, mimetype="text/html")


def render(what: str, /, **values: Any) -> str:
    """Return a rendered template in the lead's language.

    With `lead=None` the page needs no database and looks as if nobody is signed in.
    """
    language = page_language()
    if "lead" not in values:
        values["lead"] = lead()
    return pages.render(
        what,
        language,
        # The switch to another language is a GET, so a page with typed text does not offer it.
        here=request.path if request.method == "GET" else "",
        # Replaces the address of a page that answers a form, so that "back" never asks to send
        # the form again.
        posted_from=_posted_from(),
        single_sign_on=program().settings.sign_in_header is not None,
        csrf_field=csrf_field,
        returned_form=returned_form,
        route=request.endpoint,
        is_week="week" in (request.view_args or {}),
        now=now(),
        this_week=this_week(),
        first_day=lambda week: days_of(week, week)[0],
        weeks_around=lambda week: (weeks_back(week, 2)[0], week_after(week)),
        today=program().today(now()),
        version=_version(),
        **words(program().facts, language),
        **values,
    )


def _posted_from() -> str:
    """Return the path of the page that sent the form of this request; "" for a GET."""
    if request.method != "POST":
        return ""
    sent_from = urlsplit(request.referrer or "")
    return own_path(urlunsplit(("", "", sent_from.path, sent_from.query, ""))) or f"{PREFIX}/"


def page_language() -> str:
    """Return the language chosen in this session, else the browser's."""
    if (chosen := request.args.get("lang")) in program().facts.languages:
        session["language"] = chosen
    return pages.page_language(session.get("language"))


def this_week() -> str:
    """Return the current ISO week in the team's time zone."""
    return week_of(now(), program().zone)


def own_path(wanted: str | None) -> str | None:
    """Return `wanted` if it is a path of the leads' pages, else None: no open redirect."""
    wanted = wanted or ""
    ours = wanted.startswith("/review/") and wanted.isprintable() and "\\" not in wanted
    return wanted if ours else None


@cache
def _version() -> str:
    """Return a hash of stylesheet and script, so that browsers reload them after a change."""
    files = (STATIC / name for name in ("leads.css", "leads.js"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
