"""Closed cases as published figures read them, and the files made of them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from feedback_app.base.weeks import week_bounds
from feedback_app.publish.rules import rules_of
from feedback_app.publish.sums import figures_of
from feedback_app.records import CohortCase
from published_results import Figures
from support_facts import load_facts

FACTS = load_facts()
RULES = rules_of(FACTS)
ZONE = ZoneInfo(FACTS.organisation.time_zone)
FIRST = "2026-W01"
LONG_AFTER = datetime(2030, 1, 1, tzinfo=UTC)


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


def figures(cases: list[CohortCase], *earlier: Figures) -> Figures:
    """Return the figures of `cases` that the shipped rules allow to publish."""
    return figures_of(cases, FACTS.questions, RULES, earlier)
