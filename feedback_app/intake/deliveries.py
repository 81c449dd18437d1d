"""What case systems deliver: a closed case each, taken in once however often it comes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from feedback_app.base.times import to_text
from feedback_app.database.contract import Transaction
from feedback_app.intake.api.messages import ClosingMessage
from feedback_app.intake.faults import Fault, FaultyCaseError
from feedback_app.program import Program
from feedback_app.records import ClosedCase, Closing
from feedback_app.store import closings, deliveries

CLEANED = "characters that cannot be stored, such as NUL, were left out"
_LINK_MAY_BE_GIVEN = (None, "no_address")
_TOLD_BY_SENDER = "withdrawn: the case system tells the customer itself"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A closed case as it was delivered.

    Without `send` the case system tells the customer itself. `answer_is_read` says whether it can
    read our answer at all: only then the answer gives the link out. `notes` say what was left out
    of what it sent.
    """

    case: ClosedCase
    delivery_id: str | None = None
    send: bool = True
    answer_is_read: bool = True
    notes: tuple[str, ...] = ()


def take_in(tx: Transaction, program: Program, delivery: Delivery, now: datetime) -> ClosingMessage:
    """Take one delivery in and return what its sender is told.

    A repeat of a delivery, or of a closing, changes nothing, except that a sender who asks for the
    link gets it, and that a mail of ours stays here once the sender tells the customer itself.
    Raises FaultyCaseError for a delivery id that came with another case or closing.
    """
    case = delivery.case
    closing = _delivered_before(tx, program, delivery)
    outcome: Literal["new", "known"] = "known"
    if closing is None:
        receipt = program.case_intake.receive(tx, case, now, send=delivery.send)
        outcome = receipt.outcome
        if delivery.delivery_id:
            deliveries.add(tx, case.source, delivery.delivery_id, receipt.case_ref, now)
        closing = closings.find(tx, receipt.case_ref)
    if outcome == "known" and not delivery.send:
        program.case_intake.withdraw_letter(tx, closing.invitation.id, now, _TOLD_BY_SENDER)
    we_send = program.case_intake.we_send and delivery.send
    is_ours_to_give = we_send and closing.invitation.withheld_because != "no_address"
    if delivery.answer_is_read and not is_ours_to_give:
        closing = give_out(tx, program, closing, now)
    return told(
        closing,
        program,
        now,
        outcome=outcome,
        notes=delivery.notes,
        gives_link=delivery.answer_is_read,
    )


def give_out(tx: Transaction, program: Program, closing: Closing, now: datetime) -> Closing:
    """Record that the customer gets the link from the case system; return the closing as it is now.

    `closing` was read in `tx`. Changes nothing if the customer may not be asked, or has the link
    already.
    """
    if not link_may_be_given(closing, now):
        return closing
    program.case_intake.give_out(tx, closing.invitation.id, now)
    return closings.find(tx, closing.invitation.case_ref)


def link_may_be_given(closing: Closing, now: datetime) -> bool:
    """Return whether the customer may be asked about this closing, now or still."""
    invitation = closing.invitation
    over = invitation.superseded_at or invitation.state(now) == "expired"
    return invitation.withheld_because in _LINK_MAY_BE_GIVEN and not over


def told(
    closing: Closing,
    program: Program,
    now: datetime,
    *,
    outcome: Literal["new", "known"] = "known",
    notes: tuple[str, ...] = (),
    gives_link: bool = False,
) -> ClosingMessage:
    """Return what a sender is told about a closing of its own.

    A link that nobody has yet is told only by an answer that `gives_link`: whoever gets it out of
    one that changes nothing would ask customers whom no response rate counts.
    """
    invitation = closing.invitation
    is_known = gives_link or invitation.handed_over_at is not None
    link = is_known and link_may_be_given(closing, now)
    return ClosingMessage(
        outcome=outcome,
        source=invitation.source,
        case_id=closing.case_id,
        case_number=invitation.case_number,
        closure_key=closing.closure_key,
        closed_at=to_text(closing.closed_at),
        state=invitation.state(now),
        withheld_because=invitation.withheld_because,
        survey_link=program.survey_link(invitation.id) if link else None,
        link_expires_at=to_text(invitation.expires_at) if link else None,
        notes=list(notes),
    )


def _delivered_before(tx: Transaction, program: Program, delivery: Delivery) -> Closing | None:
    if not delivery.delivery_id:
        return None
    case_ref = deliveries.case_of(tx, delivery.case.source, delivery.delivery_id)
    if case_ref is None:
        return None
    before = closings.find(tx, case_ref)
    if before.case_id != delivery.case.case_id:
        raise FaultyCaseError([Fault("delivery_id", "came with another case before", True)])
    within = timedelta(hours=program.facts.survey.same_closure_hours)
    if not delivery.case.is_same_closing(before.closure_key, before.closed_at, within):
        raise FaultyCaseError([Fault("delivery_id", "came with another closing before", True)])
    return before
