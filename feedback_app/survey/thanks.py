"""The page after an answer: thanks that fit it, the next steps, and the next team meeting."""

from datetime import date, timedelta
from typing import Any, get_args

from flask import Response, request

from feedback_app.records import Answer, Invitation
from feedback_app.store import answers
from feedback_app.survey.pages import page, read_revision, sign_revision, survey_path
from feedback_app.web.request import now, program
from support_facts import Weekday, is_public_holiday

# The scores that count as good in every figure: the top two of five.
_GOOD = 4


def thanks_path(token: str, invitation: Invitation, revision: int, removed: bool = False) -> str:
    """Return the path of the thanks for this revision, for the browser that sent it.

    `removed` tells the customer that characters of the comment were removed.
    """
    note = {"removed": "1"} if removed else {}
    return survey_path(token, "thanks", k=sign_revision("thanks", invitation, revision), **note)


def thanks_page(invitation: Invitation, token: str) -> Response:
    """Thank the customer. Without the key from the redirect, the page is the same for every answer.

    Somebody to whom the link was forwarded must not learn whether the answer was low.
    """
    revision = read_revision("thanks", invitation, request.args.get("k", ""))
    known = answers.revisions(program().database, invitation.id) if revision else []
    answer = next((one for one in known if one.revision == revision), None)
    return page(
        "thanks",
        invitation,
        token=token,
        removed="removed" in request.args,
        next_meeting=_next_meeting(program().today(now())),
        **_reaction(answer),
    )


def _reaction(answer: Answer | None) -> dict[str, Any]:
    if not answer:
        return {"mood": "", "contact_welcome": False, "contact_by": None}
    facts = program().facts
    is_low = answer.is_low(facts.survey.low_threshold)
    is_good = min(answer.ease, answer.satisfaction) >= _GOOD
    promised = is_low and answer.contact_welcome and facts.practice.follow_up
    return {
        "mood": "low" if is_low else "good" if is_good else "",
        "contact_welcome": answer.contact_welcome,
        "contact_by": program().follow_up_due(answer.answered_at) if promised else None,
    }


def _next_meeting(today: date) -> date | None:
    """Return the next meeting after `today`; None if its day is not set or is a public holiday."""
    facts = program().facts
    if not facts.practice.weekly_meeting:
        return None
    weekday = get_args(Weekday).index(facts.practice.weekly_meeting)
    day = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return None if is_public_holiday(day, facts.organisation.holidays) else day
