"""Load sample data: every case has the source `sample`, and no customer or contact."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from feedback_app.base.times import to_text
from feedback_app.base.weeks import week_of
from feedback_app.database.contract import Transaction
from feedback_app.program import Program
from feedback_app.records import SAMPLE_SOURCE, Answer, ClosedCase
from feedback_app.sample import leads
from feedback_app.store import cases, invitations, week_scores
from feedback_app.survey.protocol import store_answer

# Half a year, so that there are several complete periods to publish.
_DAYS = 189
_CASES_A_DAY = 3
_ANSWERED = 0.4
_FLAGGED = 0.03
_KINDS = ("software", "infrastructure", "security", "other")
_KIND_WEIGHTS = (12, 5, 2, 1)
# Ease, satisfaction and comment of an answer.
_ANSWERS = (
    (5, 5, ""),
    (4, 5, ""),
    (4, 4, ""),
    (5, 4, "Sample comment: the first reply already solved it."),
    (3, 4, ""),
    (2, 3, "Sample comment: I had to explain the same thing twice."),
    (1, 2, "Sample comment: it took a week until the fault was reproduced."),
)
_ANSWER_WEIGHTS = (9, 6, 5, 4, 3, 2, 1)
# With this seed some follow-ups are open, due soon and overdue.
_SEED = "sample 2"
# The published note of the sample team to its customers.
NOTE = {
    "en": "Sample note: several of you had to explain the same thing twice. Now everyone who takes "
    "over a case reads its history first.",
    "de": "Beispielnotiz: Mehrere von Ihnen mussten dasselbe zweimal erklären. Wer einen Fall "
    "übernimmt, liest jetzt zuerst den Verlauf.",
}


def load(program: Program, now: datetime) -> int:
    """Store half a year of sample cases and answers; return how many, 0 if there were some.

    Only the dates differ between runs.
    """
    count = _DAYS * _CASES_A_DAY
    chance, answered = Random(_SEED), dict[str, datetime]()
    with program.database.write() as tx:
        if cases.has_source(tx, SAMPLE_SOURCE):
            return 0
        for number in range(count):
            closed_at = now - timedelta(days=_DAYS) + timedelta(days=number / _CASES_A_DAY)
            kind = chance.choices(_KINDS, _KIND_WEIGHTS)[0]
            invitation_id = _case(
                program,
                tx,
                f"SAMPLE-{number + 1:04d}",
                kind,
                closed_at,
                open_for=timedelta(hours=chance.randint(5, 200)),
                response=timedelta(minutes=min(chance.expovariate(1 / 35), 300)),
            )
            answered_at = closed_at + timedelta(hours=chance.randint(1, 100))
            if chance.random() < _ANSWERED and answered_at < now:
                _answer(program, tx, invitation_id, chance, answered_at)
                answered[invitation_id] = answered_at
        leads.add_work(program, tx, answered, chance, now)
    return count


def mint(program: Program, count: int, now: datetime) -> list[str]:
    """Store `count` new sample cases and return their survey links."""
    with program.database.write() as tx:
        ids = [
            _case(program, tx, f"SAMPLE-{secrets.token_hex(6)}", None, now) for _ in range(count)
        ]
    return [program.survey_link(invitation_id) for invitation_id in ids]


def _case(
    program: Program,
    tx: Transaction,
    number: str,
    kind: str | None,
    closed_at: datetime,
    *,
    open_for: timedelta = timedelta(days=2),
    response: timedelta = timedelta(minutes=35),
) -> str:
    """Store one sample case whose link was sent when it closed; return its invitation's id."""
    closed_at = closed_at.replace(microsecond=0)
    opened_at = closed_at - open_for
    case = ClosedCase(
        source=SAMPLE_SOURCE,
        case_id=number,
        case_number=number,
        closed_at=closed_at,
        closure_key=to_text(closed_at),
        case_kind=kind,
        closure_reason="confirmed",
        opened_at=opened_at,
        first_response_at=(opened_at + min(response, open_for)).replace(microsecond=0),
    )
    expires_at = closed_at + timedelta(days=program.facts.survey.link_lifetime_days)
    case_ref = cases.add(tx, case, week_of(closed_at, program.zone), closed_at)
    invitation_id = invitations.add(tx, case_ref, closed_at, expires_at, None)
    invitations.hand_over(tx, [invitation_id], closed_at, expires_at)
    return invitation_id


def _answer(
    program: Program, tx: Transaction, invitation_id: str, chance: Random, at: datetime
) -> None:
    ease, satisfaction, comment = chance.choices(_ANSWERS, _ANSWER_WEIGHTS)[0]
    flags = ("at_once",) if chance.random() < _FLAGGED else ()
    answer = Answer(
        invitation_id=invitation_id,
        revision=1,
        ease=ease,
        satisfaction=satisfaction,
        comment=comment,
        contact_welcome=False,
        wording_version=program.facts.survey.wording_version,
        language="en",
        answered_at=at,
        answered_week=week_of(at, program.zone),
        flags=flags,
    )
    # All dissatisfied customers welcome contact, so that there are follow-ups to try out.
    is_low = answer.is_low(program.facts.survey.low_threshold)
    is_welcome = bool(comment) and (is_low or chance.random() < 0.5)
    store_answer(tx, replace(answer, contact_welcome=is_welcome), edit_window=timedelta(0))
    week_scores.mark_sample(tx, answer.answered_week)
