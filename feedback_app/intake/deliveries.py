"""Deliveries of closed cases by API and webhooks. A repeated delivery changes nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback_app.base.times import to_text
from feedback_app.database.contract import Readable, Transaction
from feedback_app.intake.api.messages import ClosingMessage, EventMessage
from feedback_app.intake.errors import FieldError, InvalidCaseError
from feedback_app.invitations import IntakeDecision, IntakeResult
from feedback_app.program import Program
from feedback_app.records import ClosedCase, Closing, Reopening
from feedback_app.store import closings, deliveries
from feedback_app.store.case_lookups import KnownCases

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


def accept_all(
    tx: Transaction, program: Program, delivered: Iterable[CaseDelivery], now: datetime
) -> list[ClosingMessage | InvalidCaseError]:
    """Store deliveries in order, and return the response to the sender or the error about each.

    A repeated delivery changes nothing, with two exceptions: a sender that requests the link gets
    it, and our email is withdrawn once the sender tells the customer itself. A repeated closing
    fills in what the stored one lacks.
    A likely duplicate of a case from another source is not stored. The error is about a delivery
    id that was used for another case or closing.
    """
    parts = _independent(delivered)
    return [response for part in parts for response in _accept(tx, program, part, now)]


def _independent(delivered: Iterable[CaseDelivery]) -> Iterator[list[CaseDelivery]]:
    """Yield deliveries of different cases with different ids that are stored in the same way."""
    part: list[CaseDelivery] = []
    seen: set[object] = set()
    for one in delivered:
        case_id = one.case.case_id
        way = (one.case.source, one.send, one.until_reopened)
        unique = {("case", case_id)}
        if one.delivery_id:
            unique.add(("delivery", one.delivery_id))
        if part and (way not in seen or unique & seen):
            yield part
            part, seen = [], set()
        part.append(one)
        seen |= {way, *unique}
    if part:
        yield part


def _accept(
    tx: Transaction, program: Program, part: Sequence[CaseDelivery], now: datetime
) -> Iterator[ClosingMessage | InvalidCaseError]:
    results = _store(tx, program, part, now)
    refs = [one.case_ref for one in results if isinstance(one, IntakeResult) and one.case_ref]
    found = closings.find_all(tx, refs)
    linked = []
    for delivery, result in zip(part, results, strict=True):
        if isinstance(result, IntakeResult) and (closing := found.get(result.case_ref or "")):
            if result.outcome != "new" and not delivery.send:
                program.case_intake.withdraw_email(tx, closing.invitation.id, now, _SENT_BY_SENDER)
            we_send = program.case_intake.we_send and delivery.send
            is_sent_by_us = we_send and closing.invitation.withheld_because != "no_address"
            if delivery.answer_is_read and not is_sent_by_us:
                linked.append(closing)
    found |= release_links(tx, program, linked, now)
    for delivery, result in zip(part, results, strict=True):
        if isinstance(result, InvalidCaseError):
            yield result
        elif closing := found.get(result.case_ref or ""):
            yield _message(program, delivery, result, closing, now)
        else:
            yield _likely_duplicate(delivery)


def _store(
    tx: Transaction, program: Program, part: Sequence[CaseDelivery], now: datetime
) -> list[IntakeResult | InvalidCaseError]:
    before = _delivered_before(tx, program, part)
    new = [one for one, known in zip(part, before, strict=True) if known is None]
    way = part[0]
    results = program.case_intake.store_all(
        tx, [one.case for one in new], now, send=way.send, until_reopened=way.until_reopened
    )
    refs = {
        one.delivery_id: result.case_ref
        for one, result in zip(new, results, strict=True)
        if one.delivery_id and result.case_ref
    }
    deliveries.add_all(tx, way.case.source, refs, now)
    stored = iter(results)
    return [known or next(stored) for known in before]


def _message(
    program: Program, delivery: CaseDelivery, result: IntakeResult, closing: Closing, now: datetime
) -> ClosingMessage:
    message = closing_message(closing, program, now, shows_link=delivery.answer_is_read)
    differing = [f"{name}: another value is stored and was kept" for name in result.differing]
    notes = [*delivery.notes, *differing]
    return message.model_copy(update={"outcome": result.outcome, "notes": notes})


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
    source: Readable, program: Program, delivery: CaseDelivery, now: datetime
) -> IntakeDecision:
    """Return the decision `accept_all` would make, without writing. Raises InvalidCaseError."""
    (before,) = _delivered_before(source, program, [delivery])
    if isinstance(before, InvalidCaseError):
        raise before
    if before:
        return IntakeDecision("known")
    (decision,) = program.case_intake.decide_all(
        KnownCases(source), [delivery.case], now, until_reopened=delivery.until_reopened
    )
    return decision


def reopen(tx: Transaction, program: Program, reopening: Reopening, now: datetime) -> EventMessage:
    """Store that a case is open again and return the response to its sender."""
    if program.case_intake.reopen(tx, reopening, now):
        return EventMessage(outcome="reopened", notes=[])
    return EventMessage(outcome="ignored", notes=[NOTHING_TO_WITHDRAW])


def release_links(
    tx: Transaction, program: Program, known: Iterable[Closing], now: datetime
) -> dict[str, Closing]:
    """Record that the case system passes these links on; return the changed closings by key.

    The closings were read in `tx`. Nothing changes if the customer must not be asked or already
    has the link.
    """
    allowed = [one.invitation for one in known if link_is_allowed(one, now)]
    if allowed:
        program.case_intake.release_links(tx, [one.id for one in allowed], now)
    return closings.find_all(tx, [one.case_ref for one in allowed])


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
    source: Readable, program: Program, part: Sequence[CaseDelivery]
) -> list[IntakeResult | InvalidCaseError | None]:
    """Return for each delivery the result of an earlier one with its id, or None."""
    ids = [one.delivery_id for one in part if one.delivery_id]
    refs = deliveries.cases_of(source, part[0].case.source, ids)
    known = closings.find_all(source, refs.values())
    before = [known.get(refs.get(one.delivery_id or "", "")) for one in part]
    return [
        _repeated(program, one, closing) if closing else None
        for one, closing in zip(part, before, strict=True)
    ]


def _repeated(
    program: Program, delivery: CaseDelivery, before: Closing
) -> IntakeResult | InvalidCaseError:
    within = timedelta(hours=program.facts.survey.same_closure_hours)
    case = delivery.case
    if before.case_id != case.case_id:
        reason = "was already used for another case"
    elif delivery.until_reopened or case.is_same_closing(
        before.closure_key, before.closed_at, within
    ):
        return IntakeResult("known", before.invitation.case_ref)
    else:
        reason = "was already used for another closing"
    return InvalidCaseError([FieldError("delivery_id", reason, True)])
