"""The week page: tasks, scores, comments and figures of one week."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from flask import Response, abort, request, url_for

from feedback_app.base.text import one_line, searchable
from feedback_app.base.weeks import reviewed_week, typed_week, weeks_back
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.pages import page, this_week
from feedback_app.records import AnsweredCase, AnswerStatus
from feedback_app.reports.weeks import review_week
from feedback_app.review.scores import lowest, total
from feedback_app.review.trend import Trend, sum_trend, weeks_needed
from feedback_app.review.week import WeekReview
from feedback_app.store import (
    annulments,
    answer_status,
    answered_cases,
    follow_ups,
    meetings,
    outbox,
    reading_queue,
    week_scores,
)
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program

# Number of 13-week periods: two show a change, eight cover two years.
_PERIODS = {"13": 2, "104": 8}


class Card(NamedTuple):
    """An answer with its status."""

    case: AnsweredCase
    status: AnswerStatus


@dataclass(frozen=True)
class Filter:
    """Which answers the page shows. "" matches all; `score` is the lower of the two scores."""

    kind: str = ""
    team: str = ""
    language: str = ""
    score: str = ""
    words: str = ""

    def matches(self, case: AnsweredCase) -> bool:
        """Return whether this answer passes the filter."""
        return (
            self.kind in ("", case.case_kind)
            and self.team in ("", case.team)
            and self.language in ("", case.language)
            and self.score in ("", str(lowest(case)))
            and searchable(self.words) in searchable(case.comment or "")
        )

    @property
    def is_on(self) -> bool:
        """Return whether any filter is set."""
        return self != Filter()


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
    """Show a week: tasks, scores, comments, closed cases and trend."""
    shown, asked = _filter(), request.args.get("weeks", "")
    cases = list(answered_cases.answered_in(program().database, week, now()))
    cards = to_cards(cases, week)
    matching = [card for card in cards if shown.matches(card.case)]
    return page(
        "week",
        week=week,
        review=review_of(week, cases),
        trend=trend_of(week, _PERIODS.get(asked, 2)),
        long="104" if asked == "104" else "13",
        unread=sum(card.status.unread for card in cards),
        earlier=_unread_before(week),
        overdue=follow_ups.count_overdue(program().database, program().today(now())),
        held=sum(one["number"] for one in outbox.held(program().database)),
        meeting=meetings.of_week(program().database, week),
        discussed_with=_discussed_with(cards),
        shown=shown,
        choices=_choices(cases),
        matching=len(matching),
        **in_groups(matching),
    )


def review_of(week: str, cases: Iterable[AnsweredCase]) -> WeekReview:
    """Return the figures of a week from its answers."""
    return review_week(program().database, week, program().facts, now(), cases)


def trend_of(week: str, periods: int = 2) -> Trend:
    """Return the trend of `periods` times 13 weeks up to `week`."""
    facts = program().facts
    first, last = weeks_needed(week, periods)
    counts = week_scores.between(program().database, first, last, facts.survey.wording_version)
    trend = sum_trend(counts, week, periods, facts)
    return replace(
        trend,
        has_sample=week_scores.include_sample(program().database, first, last),
        annulled=annulments.count(program().database, first, last, now()),
    )


def to_cards(cases: Iterable[AnsweredCase], week: str) -> list[Card]:
    """Return the answers of `week` with their status, unread ones first."""
    done = answer_status.of_week(program().database, week)
    cards = [Card(case, done[case.invitation_id]) for case in cases]
    return sorted(cards, key=lambda card: not card.status.unread)


def in_groups(cards: Iterable[Card]) -> dict[str, list[Card]]:
    """Return low answers (lowest first), other comments, and answers without a comment."""
    threshold = program().facts.survey.low_threshold
    low: list[Card] = []
    remarks: list[Card] = []
    silent: list[Card] = []
    for card in cards:
        is_low = card.case.is_low(threshold)
        (low if is_low else remarks if card.case.comment else silent).append(card)
    low.sort(key=lambda card: (not card.status.unread, lowest(card.case), total(card.case)))
    return {"low": low, "remarks": remarks, "silent": silent}


def _discussed_with(cards: list[Card]) -> str | None:
    """Return the week whose meeting discussed all of these answers, or None."""
    weeks = {None if card.status.unread else card.status.progress.discussed_week for card in cards}
    return weeks.pop() if len(weeks) == 1 else None


def _unread_before(week: str) -> list[str]:
    """Return the week of each unread answer before `week`, up to MOST_UNREAD of them."""
    found = reading_queue.unread(program().database)
    return [answered_week for _, answered_week in found if answered_week < week]


def _filter() -> Filter:
    asked = {name: one_line(request.args.get(name, ""))[:200] for name in vars(Filter())}
    return Filter(**asked)


def _choices(cases: list[AnsweredCase]) -> dict[str, list[str]]:
    """Return the filter options that occur in this week's answers."""
    by: dict[str, Callable[[AnsweredCase], Any]] = {
        "kind": lambda case: case.case_kind,
        "team": lambda case: case.team,
        "language": lambda case: case.language,
    }
    return {name: sorted({key(case) for case in cases if key(case)}) for name, key in by.items()}
