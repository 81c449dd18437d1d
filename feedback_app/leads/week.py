"""The pages about a week: overview, groups, closed cases, and the definitions of the figures."""

from datetime import timedelta
from typing import Any

from flask import Response, abort, request, url_for

from feedback_app.base.text import one_line
from feedback_app.base.weeks import reviewed_week, typed_week, weeks_back
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.pages import page, page_language, this_week
from feedback_app.leads.paging import paging
from feedback_app.reports.key_figures import FigureTexts
from feedback_app.reports.week_head import week_head
from feedback_app.reports.weeks import WeekFigures, figures_of_week, review_week
from feedback_app.review.groups import sum_groups
from feedback_app.review.trend import CONFIDENCE, WINDOWS
from feedback_app.store import (
    answer_marks,
    follow_ups,
    meetings,
    outbox,
    reading_queue,
    send_pauses,
    silences,
    week_scores,
    week_totals,
)
from feedback_app.store.week_totals import Counted
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program

_SLIDE_THEMES = 5
_ENOUGH_FOR_GROUPS = 1000
_GROUPED_BY = ("case_kind", "team", "language", "customer")


@leads_pages.get("/")
@leads_pages.get("/<typed>")
def home(typed: str = "") -> Response:
    """Redirect to the week or date that was typed, by default to the last complete week."""
    wanted = one_line(typed or request.args.get("week", ""))[:50] or weeks_back(this_week(), 2)[0]
    try:
        week = reviewed_week(typed_week(wanted, this_week()), this_week())
    except ValueError:
        abort(404)
    return see_other(url_for("leads.show_week", week=week))


@leads_pages.get("/<week:week>")
def show_week(week: str) -> Response:
    """Show the overview of a week: scores with their trend, other figures, and what is to do."""
    database, today = program().database, program().today(now())
    return page(
        "week",
        **_figures(week),
        unread=reading_queue.count_unread(database, week),
        all_unread=reading_queue.count_all_unread(database),
        open_follow_ups=follow_ups.count_open(database),
        overdue=follow_ups.count_due(database, today - timedelta(days=1)),
        held=sum(one["number"] for one in outbox.held(database)),
        silences=silences.current(database),
        pause=send_pauses.find(database),
        meeting=meetings.of_week(database, week),
        discussed_with=meetings.discussed_with(database, week),
    )


@leads_pages.get("/<week:week>/slide")
def show_slide(week: str) -> Response:
    """Show the figures of a week on one page, for a projector or to print."""
    counts = answer_marks.count_themes(program().database, week, week, now())
    themes = [(key, count) for (key, _), count in counts.most_common(_SLIDE_THEMES)]
    return page("week-slide", **_figures(week), themes=themes)


def _figures(week: str) -> dict[str, Any]:
    """Return the values about a week that the templates of overview and slide use."""
    database, facts = program().database, program().facts
    head = week_head(database, week, facts, now())
    texts = FigureTexts(facts, page_language())
    return {
        "week": week,
        "review": head.figures,
        "head": head,
        "trend": head.trend,
        "figures": texts.key_figures(head.trend.weeks[-1].scores, head.figures),
    }


@leads_pages.get("/<week:week>/groups")
def show_groups(week: str) -> Response:
    """Show the scores by case kind, team, language and customer."""
    weeks = chosen_weeks() if "weeks" in request.args else _usual_weeks(week)
    first = weeks_back(week, weeks)[0]
    version = program().facts.survey.wording_version
    answers = week_totals.scores(program().database, (first, week), version, now())
    groups = {
        column: sum_groups(answers, column, program().facts, lambda number: paging(number).span)
        for column in _GROUPED_BY
    }
    return page(
        "week-groups",
        week=week,
        first=first,
        weeks=weeks,
        windows=list(WINDOWS),
        groups=groups,
        pages=paging(max(found.number for found in groups.values())),
    )


@leads_pages.get("/<week:week>/closed")
def show_closed_cases(week: str) -> Response:
    """Show what became of the cases closed in a week, their durations, and who answered."""
    review = review_week(program().database, week, program().facts, now(), answered=())
    return page("week-closed", week=week, review=review)


@leads_pages.get("/definitions")
def show_definitions() -> Response:
    """Show how the figures are defined and when a change is announced."""
    return page("definitions", windows=WINDOWS, confidence=CONFIDENCE)


def chosen_weeks() -> int:
    """Return how many weeks, up to the week of the page, are chosen: 13 by default."""
    return next((one for one in WINDOWS if request.args.get("weeks") == str(one)), max(WINDOWS))


def _usual_weeks(week: str) -> int:
    """Return the shortest window in which most groups have enough answers for a share."""
    version = program().facts.survey.wording_version
    for weeks in WINDOWS:
        first = weeks_back(week, weeks)[0]
        counts = week_scores.between(program().database, first, week, version)
        if sum(count.answers for count in counts) >= _ENOUGH_FOR_GROUPS:
            return weeks
    return max(WINDOWS)


def figures_of(week: str, counted: Counted) -> WeekFigures:
    """Return the sums of a week; see `week_totals.of_weeks`."""
    return figures_of_week(program().database, week, program().facts, now(), counted)
