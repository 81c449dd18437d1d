"""Closed cases as published figures read them, and the files made of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from feedback_app.base.weeks import week_bounds
from feedback_app.database.contract import Database
from feedback_app.publish.rules import rules_of
from feedback_app.publish.sums import figures_of
from feedback_app.records import (
    AnswerCount,
    Became,
    CohortCounts,
    CohortWeeks,
    Contact,
    MeasuredCase,
)
from feedback_app.records.survey import Scored
from feedback_app.store import cohorts
from published_results import Figures, Rules
from support_facts import load_facts
from tests.support.durations import durations_of

FACTS = load_facts()
RULES = rules_of(FACTS)
ZONE = ZoneInfo(FACTS.organisation.time_zone)
FIRST = "2026-W01"
LONG_AFTER = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class CohortCase(MeasuredCase, Scored):
    """A closed case as published figures use it, as it was known at a given time.

    It contains no number, customer, team or comment. Without an answer, or with an annulled one,
    the answer's fields are None; `expires_at` is None if the survey link accepts no answers.
    """

    closed_week: str
    became: Became
    expires_at: datetime | None = None
    answered_at: datetime | None = None
    ease: int | None = None
    satisfaction: int | None = None
    wording_version: int | None = None
    flagged: bool = False
    annulled: bool = False
    contact_welcome: bool = False
    read_at: datetime | None = None
    contacted_at: datetime | None = None


def a_case(week: str = FIRST, **changes: Any) -> CohortCase:
    """Return a case of a week whose customer had the link and did not answer."""
    closed_at = week_bounds(week, ZONE)[0] + timedelta(days=1)
    values: dict[str, Any] = {
        "closed_week": week,
        "closed_at": closed_at,
        "case_kind": "software",
        "closure_reason": "confirmed",
        "opened_at": None,
        "first_response_at": None,
        "first_response_seconds": None,
        "resolution_seconds": None,
        "duration_clock": None,
        "became": "reached",
        "expires_at": closed_at + timedelta(days=14),
    }
    return CohortCase(**{**values, **changes})


def an_answer(
    ease: int = 4, satisfaction: int = 4, week: str = FIRST, **changes: Any
) -> CohortCase:
    """Return a case of a week that was answered two days after it closed."""
    case = a_case(week)
    values: dict[str, Any] = {
        "answered_at": case.closed_at + timedelta(days=2),
        "ease": ease,
        "satisfaction": satisfaction,
        "wording_version": 1,
    }
    return a_case(week, **{**values, **changes})


def a_response(seconds: int, kind: str | None = "software", **changes: Any) -> CohortCase:
    """Return a case whose first response took these seconds on the calendar."""
    values = {"first_response_seconds": seconds, "duration_clock": "calendar", "case_kind": kind}
    return a_case(**{**values, **changes})


def figures(cases: Sequence[CohortCase], *earlier: Figures, rules: Rules = RULES) -> Figures:
    """Return the figures of `cases` that `rules`, by default the shipped ones, let us publish."""
    return figures_of(counts_of(cases, rules), FACTS.questions, rules, earlier)


def counted(cases: Iterable[CohortCase]) -> list[CohortCase]:
    """Return the cases that have an answer without flags."""
    return [case for case in cases if case.answered_at and not case.flagged]


def counts_of(cases: Sequence[CohortCase], rules: Rules = RULES) -> CohortCounts:
    """Return the counts of `cases`, counted case by case."""
    answered = [case for case in cases if case.answered_at]
    contacts = [
        Contact(case.wording_version or 0, case.answered_at, case.contacted_at)
        for case in counted(cases)
        if case.answered_at and case.contacted_at and _wished(case, rules)
    ]
    ends = [time for case in cases for time in (case.expires_at, case.answered_at) if time]
    return CohortCounts(
        became=Counter(case.became for case in cases),
        answers=[_answer_count(case, rules) for case in answered],
        annulled=sum(case.annulled for case in cases),
        contacts=contacts,
        durations=durations_of(cases),
        changes_until=max(ends, default=None),
    )


def _wished(case: CohortCase, rules: Rules) -> bool:
    return case.contact_welcome and case.is_low(rules.low_threshold)


def _answer_count(case: CohortCase, rules: Rules) -> AnswerCount:
    limit = timedelta(days=rules.read_within_days)
    return AnswerCount(
        ease=case.ease or 0,
        satisfaction=case.satisfaction or 0,
        wording_version=case.wording_version or 0,
        flagged=case.flagged,
        contact_welcome=case.contact_welcome,
        read_in_time=bool(
            case.read_at and case.answered_at and case.read_at <= case.answered_at + limit
        ),
        answers=1,
    )


def became(database: Database, as_of: datetime, week: str = "2026-W48") -> list[str]:
    """List `became` of each real case closed in a week, as published figures count it."""
    weeks = CohortWeeks(week, week, as_of, sample=False)
    counted = cohorts.counts(database, weeks, timedelta(days=7), RULES.low_threshold)
    return sorted(Counter(counted.became).elements())
