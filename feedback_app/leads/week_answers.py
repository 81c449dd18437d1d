"""The answers of one or more weeks, filtered, in pages."""

from flask import Response, request

from feedback_app.base.text import one_line
from feedback_app.base.weeks import weeks_back
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.forms import LONGEST_NUMBER
from feedback_app.leads.pages import page
from feedback_app.leads.reading import card_of
from feedback_app.leads.week import chosen_weeks
from feedback_app.store import answered_cases
from feedback_app.web.request import now, program

_PER_PAGE = 50


@leads_pages.get("/<week:week>/answers")
def show_answers(week: str) -> Response:
    """Show the answers that arrived in a week, or in several weeks up to it, lowest first."""
    weeks = chosen_weeks() if "weeks" in request.args else 1
    span = (weeks_back(week, weeks)[0], week)
    shown = _filter()
    matching = answered_cases.count_matching(program().database, shown, span, now())
    pages = max(1, -(-matching // _PER_PAGE))
    number = min(_page_number(), pages)
    found = answered_cases.matching(
        program().database, shown, span, now(), _PER_PAGE, (number - 1) * _PER_PAGE
    )
    return page(
        "week-answers",
        week=week,
        weeks=weeks,
        first=span[0],
        shown=shown,
        asked={**shown, **({"weeks": weeks} if weeks > 1 else {})},
        options=answered_cases.filter_options(program().database, span),
        all=answered_cases.count_matching(program().database, {}, span, now()),
        matching=matching,
        at=number,
        pages=pages,
        cards=[card_of(case) for case in found],
    )


def _filter() -> dict[str, str]:
    """Return the filters that are set. Impossible scores are ignored."""
    asked = {name: one_line(request.args.get(name, ""))[:200] for name in answered_cases.FILTERS}
    return {
        name: value
        for name, value in asked.items()
        if value and (name not in answered_cases.SCORE_FILTERS or value in tuple("12345"))
    }


def _page_number() -> int:
    asked = request.args.get("page", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) <= LONGEST_NUMBER
    return max(1, int(asked)) if is_number else 1
