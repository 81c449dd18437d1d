"""The answers of one or more weeks, filtered, in pages."""

from flask import Response, request

from feedback_app.base.text import one_line
from feedback_app.base.weeks import weeks_back
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.cards import with_status
from feedback_app.leads.pages import page
from feedback_app.leads.paging import paging
from feedback_app.leads.week import chosen_weeks
from feedback_app.store import annulments, answered_cases
from feedback_app.web.request import now, program


@leads_pages.get("/<week:week>/answers")
def show_answers(week: str) -> Response:
    """Show the answers that arrived in a week, or in several weeks up to it, lowest first."""
    weeks = chosen_weeks() if "weeks" in request.args else 1
    span = (weeks_back(week, weeks)[0], week)
    shown = _filter()
    every = answered_cases.count_between(program().database, *span)
    every -= annulments.count(program().database, *span, now())
    matching = (
        answered_cases.count_matching(program().database, shown, span, now()) if shown else every
    )
    pages = paging(matching)
    found = answered_cases.matching(
        program().database, shown, span, now(), pages.per_page, pages.skipped
    )
    return page(
        "week-answers",
        week=week,
        weeks=weeks,
        first=span[0],
        shown=shown,
        asked={**shown, **({"weeks": weeks} if weeks > 1 else {})},
        options=answered_cases.filter_options(program().database, span),
        all=every,
        matching=matching,
        pages=pages,
        cards=with_status(found),
    )


def _filter() -> dict[str, str]:
    """Return the filters that are set. Impossible scores are ignored."""
    asked = {name: one_line(request.args.get(name, ""))[:200] for name in answered_cases.FILTERS}
    return {
        name: value
        for name, value in asked.items()
        if value and (name not in answered_cases.SCORE_FILTERS or value in tuple("12345"))
    }
