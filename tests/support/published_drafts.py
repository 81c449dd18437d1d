"""Drafts of published figures, approved results and notes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from feedback_app.publish.drafts import Draft, approve
from feedback_app.publish.rules import rules_of
from published_results import (
    NOTE_FORMAT,
    Approval,
    Published,
    PublishedNote,
    PublishedPeriod,
    Result,
)
from tests.support.cohort_cases import FACTS, an_answer, figures

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def a_draft(number: int = 0, **changes: Any) -> Draft:
    """Return a draft of four weeks, the first of January or some months later."""
    first = date(2025, 12, 29) + timedelta(weeks=4 * number)
    values: dict[str, Any] = {
        "period": PublishedPeriod(
            first_week=f"2026-W{4 * number + 1:02d}",
            last_week=f"2026-W{4 * number + 4:02d}",
            first_day=first,
            last_day=first + timedelta(days=27),
        ),
        "version": 1,
        "sample": False,
        "rules": rules_of(FACTS),
        "figures": figures([an_answer()] * 12),
    }
    return Draft(**{**values, **changes})


def results(*drafts: Draft, published: Published | None = None, at: datetime = NOW) -> list[Result]:
    """Return approved drafts."""
    return approve(drafts, FACTS, published or Published(), "A lead for tests", at)


def a_note(text: dict[str, str], number: int = 1) -> PublishedNote:
    """Return a note of a meeting."""
    return PublishedNote(
        format=NOTE_FORMAT,
        week="2026-W09",
        number=number,
        sample=False,
        approved=Approval(by="A lead for tests", at=NOW),
        text=text,
    )
