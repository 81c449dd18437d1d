"""Closed cases as the review reads them, with and without an answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from feedback_app.database.contract import Database
from feedback_app.records import (
    SAMPLE_SOURCE,
    AnsweredCase,
    ClosedCount,
    ClosedWeek,
    InvitationState,
    WeekTotals,
)
from feedback_app.reports.weeks import WeekFigures
from feedback_app.review.week import summarise_week
from feedback_app.store import answered_cases, invitations
from support_facts import load_facts
from tests.support.durations import durations_of

FACTS = load_facts()
WEEK = "2026-W47"
IN_WEEK = datetime(2026, 11, 18, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class SurveyedCase(AnsweredCase):
    """A closed case with what became of its survey."""

    invitation_state: InvitationState
    withheld_because: str | None
    handed_over: bool
    expires_at: datetime
    reminded_at: datetime | None = None


def a_case(**changes: Any) -> SurveyedCase:
    """Return a case closed in the week whose customer has the link and has not answered."""
    values: dict[str, Any] = {
        "invitation_id": "an-invitation",
        "case_number": "00012345",
        "source": "tests",
        "closed_at": IN_WEEK,
        "closed_week": WEEK,
        "invitation_state": "handed_over",
        "withheld_because": None,
        "handed_over": True,
        "expires_at": IN_WEEK + timedelta(days=14),
        "case_kind": None,
        "case_url": None,
        "customer": None,
        "team": None,
        "language": None,
        "closure_reason": "confirmed",
        "opened_at": None,
        "first_response_at": None,
        "first_response_seconds": None,
        "resolution_seconds": None,
        "duration_clock": None,
    }
    return SurveyedCase(**{**values, **changes})


def an_answer(ease: int, satisfaction: int, comment: str = "", **changes: Any) -> SurveyedCase:
    """Return a case of the week that was answered."""
    values: dict[str, Any] = {
        "invitation_state": "answered",
        "answered_at": IN_WEEK,
        "answered_week": WEEK,
        "revision": 1,
        "ease": ease,
        "satisfaction": satisfaction,
        "comment": comment,
        "contact_welcome": False,
    }
    return a_case(**{**values, **changes})


def closed_week(cases: Iterable[SurveyedCase]) -> ClosedWeek:
    """Return these closed cases as the database counts them, with one count per case."""
    cases = list(cases)
    return ClosedWeek([_count_of(case) for case in cases], durations_of(cases))


def _count_of(case: SurveyedCase) -> ClosedCount:
    reminded, answered = case.reminded_at, case.answered_at
    return ClosedCount(
        case_kind=case.case_kind,
        closure_reason=case.closure_reason,
        state=case.invitation_state,
        withheld_because=case.withheld_because,
        handed_over=case.handed_over,
        cases=1,
        expires_at=case.expires_at,
        reminded=bool(reminded),
        answered_after_reminder=bool(reminded and answered and answered >= reminded),
        of_sample=case.source == SAMPLE_SOURCE,
    )


def figures_of(answered: Sequence[AnsweredCase], closed: Iterable[SurveyedCase]) -> WeekFigures:
    """Return the sums of the week."""
    review = summarise_week(WEEK, answered, closed_week(closed), FACTS, NOW)
    totals = WeekTotals(
        answers=review.answers,
        comments=review.comments,
        flagged=review.flagged,
        read_in_time=0,
        read_pending=0,
        closed=review.cohort.closed,
        reached=review.cohort.reached,
        answered=review.cohort.answered,
        open_until=review.cohort.open_until,
        measured=0,
        in_target=0,
        of_sample=0,
    )
    return WeekFigures(
        week=WEEK,
        starts_at=review.starts_at,
        ends_at=review.ends_at,
        as_of=NOW,
        **vars(totals),
        scores=review.scores,
        other_wordings=review.other_wordings,
        annulled=0,
    )


def closed_in(database: Database, week: str, now: datetime) -> Iterator[SurveyedCase]:
    """Yield the cases closed in `week`, answered or not, by closing time."""
    in_week, order = "WHERE closed_week = :week", "closed_at, case_number"
    for case in answered_cases.read(database, now, in_week, order, values={"week": week}):
        invitation = invitations.find(database, case.invitation_id)
        assert invitation
        # An annulled answer does not count.
        state = replace(invitation, answered_at=case.answered_at).state(now)
        yield SurveyedCase(
            **vars(case),
            invitation_state=state,
            withheld_because=invitation.withheld_because,
            handed_over=invitation.handed_over_at is not None,
            expires_at=invitation.expires_at,
            reminded_at=invitation.reminded_at,
        )
