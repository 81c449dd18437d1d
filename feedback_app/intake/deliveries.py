"""Deliveries of closed cases by API and webhooks. A repeated delivery changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback_app.base.times import to_text
from feedback_app.database.contract import Database, Transaction
from feedback_app.intake.api.messages import ClosingMessage, EventMessage
from feedback_app.intake.errors import FieldError, InvalidCaseError
from feedback_app.invitations import IntakeDecision, IntakeOutcome
from feedback_app.program import Program
from feedback_app.records import ClosedCase, Closing, Reopening
from feedback_app.store import closings, deliveries

CLEANED = "characters that cannot be stored, such as NUL, were removed"
LIKELY_DUPLICATE = (
    "another source sent a case with this number, closing time and contact, so this one was not "
    "stored and nobody is asked twice; if it is a different case, import it with "
    "'feedback invite --ask-anyway'"
)
NOTHING_TO_WITHDRAW = "ignored: this case has no unanswered survey to withdraw"
_LINK_ALLOWED = (None, "no_address")
_SENT_BY_SENDER = "withdrawn: the case system tells the customer itself"


@dataclass(frozen=True, kw_only=True)
class CaseDelivery:
    """A delivered closed case.

    If `send` is false, the case system tells the customer itself. `answer_is_read` is true if
    it can read our response: only then the response releases the survey link. `notes` list what
    was left out of the delivery. With `until_reopened`, a later closing is the same one unless the
    case was reopened in between.
    """

    case: ClosedCase
    delivery_id: str | None = None
    send: bool = True
    answer_is_read: bool = True
    notes: tuple[str, ...] = ()
    until_reopened: bool = False


def accept(
    tx: Transaction, program: Program, delivery: CaseDelivery, now: datetime
) -> ClosingMessage:
    """Store one delivery and return the response to its sender.

    A repeated delivery changes nothing, with two exceptions: a sender that requests the link gets
    it, and our email is withdrawn once the sender tells the customer itself. A repeated closing
    fills in what the stored one lacks.
    A likely duplicate of a case from another source is not stored. Raises InvalidCaseError for a
    delivery id that was used for another case or closing.
    """
    case = delivery.case
    closing = _delivered_before(tx, program, delivery)
    outcome: IntakeOutcome = "known"
    notes = list(delivery.notes)
    if closing is None:
        result = program.case_intake.store(
            tx, case, now, send=delivery.send, until_reopened=delivery.until_reopened
        )
        outcome = result.outcome
        notes += [f"{name}: another value is stored and was kept" for name in result.differing]
        if result.case_ref is None:
            return _likely_duplicate(delivery)
        if delivery.delivery_id:
            deliveries.add(tx, case.source, delivery.delivery_id, result.case_ref, now)
        closing = closings.find(tx, result.case_ref)
    if outcome != "new" and not delivery.send:
        program.case_intake.withdraw_email(tx, closing.invitation.id, now, _SENT_BY_SENDER)
    we_send = program.case_intake.we_send and delivery.send
    is_sent_by_us = we_send and closing.invitation.withheld_because != "no_address"
    if delivery.answer_is_read and not is_sent_by_us:
        closing = release_link(tx, program, closing, now)
    message = closing_message(closing, program, now, shows_link=delivery.answer_is_read)
    return message.model_copy(update={"outcome": outcome, "notes": notes})


def _likely_duplicate(delivery: CaseDelivery) -> ClosingMessage:
    """Return the response about a likely duplicate. It does not name the other source."""
    case = delivery.case
    return ClosingMessage(
        outcome="likely_duplicate",
        source=case.source,
        case_id=case.case_id,
        case_number=case.case_number,
        closure_key=case.key,
        closed_at=to_text(case.closed_at),
        state="withheld",
        withheld_because=None,
        survey_link=None,
        link_expires_at=None,
        notes=[*delivery.notes, LIKELY_DUPLICATE],
    )


def preview(
    source: Database | Transaction, program: Program, delivery: CaseDelivery, now: datetime
) -> IntakeDecision:
    """Return the decision `accept` would make, without writing. Raises InvalidCaseError."""
    if _delivered_before(source, program, delivery):
        return IntakeDecision("known")
    return program.case_intake.decide(
        source, delivery.case, now, until_reopened=delivery.until_reopened
    )


def reopen(tx: Transaction, program: Program, reopening: Reopening, now: datetime) -> EventMessage:
    """Store that a case is open again and return the response to its sender."""
    if program.case_intake.reopen(tx, reopening, now):
        return EventMessage(outcome="reopened", notes=[])
    return EventMessage(outcome="ignored", notes=[NOTHING_TO_WITHDRAW])


def release_link(tx: Transaction, program: Program, closing: Closing, now: datetime) -> Closing:
    """Record that the case system passes the link to the customer; return the updated closing.

    `closing` was read in `tx`. Nothing changes if the customer must not be asked or already has
    the link.
    """
    if not link_is_allowed(closing, now):
        return closing
    program.case_intake.release_link(tx, closing.invitation.id, now)
    return closings.find(tx, closing.invitation.case_ref)


def link_is_allowed(closing: Closing, now: datetime) -> bool:
    """Return whether the customer may be asked about this closing at `now`."""
    invitation = closing.invitation
    is_over = invitation.superseded_at or invitation.state(now) == "expired"
    return invitation.withheld_because in _LINK_ALLOWED and not is_over


def closing_message(
    closing: Closing, program: Program, now: datetime, *, shows_link: bool = False
) -> ClosingMessage:
    """Return the response about a known closing.

    Unless `shows_link` is set, it contains the link only if the customer already has it. Otherwise
    a sender could pass on links that the response rate does not count.
    """
    invitation = closing.invitation
    is_released = shows_link or invitation.handed_over_at is not None
    link = is_released and link_is_allowed(closing, now)
    return ClosingMessage(
        outcome="known",
        source=invitation.source,
        case_id=closing.case_id,
        case_number=invitation.case_number,
        closure_key=closing.closure_key,
        closed_at=to_text(closing.closed_at),
        state=invitation.state(now),
        withheld_because=invitation.withheld_because,
        survey_link=program.survey_link(invitation.id) if link else None,
        link_expires_at=to_text(invitation.expires_at) if link else None,
        notes=[],
    )


def _delivered_before(
    source: Database | Transaction, program: Program, delivery: CaseDelivery
) -> Closing | None:
    if not delivery.delivery_id:
        return None
    case_ref = deliveries.case_of(source, delivery.case.source, delivery.delivery_id)
    if case_ref is None:
        return None
    before = closings.find(source, case_ref)
    within = timedelta(hours=program.facts.survey.same_closure_hours)
    case = delivery.case
    if before.case_id != case.case_id:
        reason = "was already used for another case"
    elif delivery.until_reopened or case.is_same_closing(
        before.closure_key, before.closed_at, within
    ):
        return before
    else:
        reason = "was already used for another closing"
    raise InvalidCaseError([FieldError("delivery_id", reason, True)])
