"""Closed cases as the review reads them, with and without an answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

from feedback_app.records import AnsweredCase
from support_facts import load_facts

FACTS = load_facts()
WEEK = "2026-W47"
IN_WEEK = datetime(2026, 11, 18, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def a_case(**changes: Any) -> AnsweredCase:
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
    return AnsweredCase(**{**values, **changes})


def an_answer(ease: int, satisfaction: int, comment: str = "", **changes: Any) -> AnsweredCase:
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
