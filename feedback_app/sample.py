"""Plainly labelled sample data: source `sample` everywhere, no customer, no person."""

from datetime import datetime, timedelta
from itertools import cycle, islice

from feedback_app.answering import Given, record
from feedback_app.clock import to_text
from feedback_app.database.contract import Transaction
from feedback_app.links import new_id
from feedback_app.records import ClosedCase
from feedback_app.store import cases, invitations
from feedback_app.weeks import week_of
from feedback_app.wiring import Wiring

SOURCE = "sample"
_DAYS = 21
_CASES_A_DAY = 3
_KINDS = ("software", "software", "infrastructure", "software", "security", "other")
# Scores of ease and satisfaction and a comment, in turn; None: no answer came.
_ANSWERS = (
    (5, 5, ""),
    None,
    (4, 5, ""),
    None,
    None,
    (2, 3, "Sample comment: I had to explain the same thing twice."),
    None,
    (5, 4, "Sample comment: the first reply already solved it."),
    None,
    None,
    (4, 4, ""),
    None,
    None,
    (1, 2, "Sample comment: it took a week until the fault was reproduced."),
)


def load(wiring: Wiring, now: datetime) -> int:
    """Store three weeks of sample cases and answers, unless there are some; return how many."""
    count = _DAYS * _CASES_A_DAY
    plan = zip(range(count), cycle(_KINDS), islice(cycle(_ANSWERS), count), strict=False)
    with wiring.database.write() as tx:
        if cases.any_of(tx, SOURCE):
            return 0
        for number, kind, scores in plan:
            closed_at = now - timedelta(days=_DAYS) + timedelta(days=number / _CASES_A_DAY)
            invitation_id = _case(wiring, tx, f"SAMPLE-{number + 1:04d}", kind, closed_at)
            if scores:
                _answer(wiring, tx, invitation_id, scores, closed_at + timedelta(hours=6))
    return count


def mint(wiring: Wiring, count: int, now: datetime) -> list[str]:
    """Store `count` fresh sample cases and return their survey links, for trying out."""
    with wiring.database.write() as tx:
        ids = [_case(wiring, tx, f"SAMPLE-{new_id()[:6]}", None, now) for _ in range(count)]
    return [wiring.survey_link(invitation_id) for invitation_id in ids]


def _case(
    wiring: Wiring, tx: Transaction, number: str, kind: str | None, closed_at: datetime
) -> str:
    """Store one sample case whose link was given out when it closed; return its invitation."""
    closed_at = closed_at.replace(microsecond=0)
    case = ClosedCase(
        source=SOURCE,
        case_id=number,
        case_number=number,
        closed_at=closed_at,
        closure_key=to_text(closed_at),
        case_kind=kind,
        closure_reason="confirmed",
        opened_at=closed_at - timedelta(days=2),
        first_response_at=closed_at - timedelta(days=2) + timedelta(minutes=35),
    )
    expires_at = closed_at + timedelta(days=wiring.facts.survey.link_lifetime_days)
    case_ref = cases.keep(tx, case, week_of(closed_at, wiring.zone), closed_at)
    invitation_id = invitations.add(tx, case_ref, closed_at, expires_at, None)
    invitations.hand_over(tx, invitation_id, closed_at, expires_at)
    return invitation_id


def _answer(
    wiring: Wiring,
    tx: Transaction,
    invitation_id: str,
    scores: tuple[int, int, str],
    at: datetime,
) -> None:
    ease, satisfaction, comment = scores
    invitation = invitations.find(tx, invitation_id)
    if invitation:
        record(
            tx,
            invitation,
            Given(ease, satisfaction, comment, contact_welcome=False, language="en"),
            now=at,
            week=week_of(at, wiring.zone),
            wording_version=wiring.facts.survey.wording_version,
            edit_window=timedelta(0),
        )
