"""The search: cases, customers and every text about answers, and weeks by date."""

from datetime import datetime
from typing import NamedTuple

from flask import Response, request, url_for

from feedback_app.base.search_words import excerpt, wanted_words
from feedback_app.base.text import one_line
from feedback_app.base.times import from_text
from feedback_app.base.weeks import reviewed_week, typed_week, week_after, week_of
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.pages import page, this_week
from feedback_app.leads.sessions import lead
from feedback_app.review.trend import WINDOWS
from feedback_app.store import answered_cases, cases, decisions, search_index
from feedback_app.store.search_index import Hit, Kind
from feedback_app.web.request import now, program

_LONGEST = 200
_SHOWN, _SHOWN_OF_ONE_KIND = 10, 100
_LONGEST_DATE = 20


class FoundText(NamedTuple):
    """A text that was found, with its case number, or its week if it is about a meeting.

    `excerpt` has the pieces of the text, each with whether it is a hit.
    """

    link: str
    about: str | None
    week: str | None
    at: datetime | None
    annulled_at: datetime | None
    excerpt: list[tuple[str, bool]]


class FoundGroup(NamedTuple):
    """The results of a kind; `more` tells whether there are others."""

    kind: Kind
    results: list[FoundText]
    more: bool


@leads_pages.get("/search")
def search() -> Response:
    """Show what contains all words, by kind, newest first, and cases by number.

    With `kind`, only texts of this kind are shown, but more of them.
    """
    typed = one_line(request.args.get("words", ""))[:_LONGEST].strip()
    chosen = [kind for kind in search_index.KINDS if kind == request.args.get("kind")]
    wanted, most = wanted_words(typed), _SHOWN_OF_ONE_KIND if chosen else _SHOWN
    who = lead()
    may_see_cases = bool(who and who.may("lead"))
    found = cases.numbered_like(program().database, typed, most + 1, not may_see_cases)
    groups = [_group(kind, wanted, most) for kind in chosen or search_index.KINDS]
    return page(
        "search",
        words=typed,
        week=_week(typed),
        closings=[] if chosen else found[:most],
        more_closings=len(found) > most,
        groups=[group for group in groups if group.results],
        only=chosen[0] if chosen else None,
        is_behind=search_index.is_behind(program().database),
    )


def _week(typed: str) -> str | None:
    """Return the week that somebody typed, such as 5.11.2026 or KW 45; None for a bare number."""
    if len(typed) > _LONGEST_DATE or typed.isdecimal():
        return None
    try:
        return reviewed_week(typed_week(typed, this_week()), this_week())
    except ValueError:
        return None


def _group(kind: Kind, wanted: list[str], most: int) -> FoundGroup:
    found = search_index.hits(program().database, kind, wanted, most + 1)
    results = [result for hit in found[:most] if (result := _result(kind, hit, wanted))]
    return FoundGroup(kind, results, len(found) > most)


def _result(kind: Kind, hit: Hit, wanted: list[str]) -> FoundText | None:
    """Return a text as the page shows it; None if its decision was deleted meanwhile."""
    database, about, week, annulled_at = program().database, None, None, None
    if kind == "customer":
        link = _answers_of(hit)
    elif kind == "minutes":
        week = hit.key
        link = url_for("leads.show_minutes", week=week)
    elif kind == "decision":
        if not (decision := decisions.find(database, hit.key)):
            return None
        about, week = decision.case_number, decision.week
        link = url_for("leads.show_minutes", week=week, _anchor=f"decision-{hit.key}")
    else:
        case = answered_cases.find(database, hit.key, now())
        page_of = "leads.show_follow_up" if kind == "result" else "leads.show_answer"
        if case:
            about, annulled_at = case.case_number, case.annulled_at
        link = url_for(page_of, invitation_id=hit.key)
    at = from_text(hit.at) if hit.at else None
    return FoundText(link, about, week, at, annulled_at, excerpt(hit.text, wanted))


def _answers_of(customer: Hit) -> str:
    """Return the link to the latest answers of a customer; one may arrive a week after a case."""
    last = week_of(from_text(customer.at), program().zone)
    week = min(week_after(last), this_week())
    return url_for("leads.show_answers", week=week, weeks=max(WINDOWS), customer=customer.text)
