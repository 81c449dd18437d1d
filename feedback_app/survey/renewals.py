"""Send a survey again: to a corrected address, or because its link expired or its email bounced."""

from datetime import datetime
from typing import Literal

from feedback_app.base.links import new_id
from feedback_app.database.contract import Readable, Transaction
from feedback_app.mail.closure import CLOSURE
from feedback_app.mail.never_asked import UNREAD
from feedback_app.program import Program
from feedback_app.records import Invitation, OutboxMessage
from feedback_app.store import answers, cases, invitations, opt_outs, outbox, renewals
from feedback_app.store.renewals import AskedBy

# How often the customer of an invitation may request a new link. Each link works for its whole
# lifetime first, so scanners that press buttons cause at most this many emails.
MOST_REQUESTS = 2

Refusal = Literal[
    "answered",
    "superseded",
    "reopened",
    "not_expired",
    "no_address",
    "erased",
    "opted_out",
    "never_asked",
    "bounced",
    "case_system",
    "too_often",
]


class RenewalRefusedError(ValueError):
    """The survey cannot be sent again, because of `reason`."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(f"the survey cannot be sent again: {reason}")
        self.reason = reason


def refusal(
    program: Program,
    source: Readable,
    invitation: Invitation,
    address: str | None = None,
) -> Refusal | None:
    """Return why a lead cannot send this survey again, to `address` if it is given; None if not.

    An address that was erased cannot be replaced, because its owner may have asked for that.
    """
    known = invitation.contact_email
    if invitation.answered_at:
        return "answered"
    if invitation.withheld_because == "reopened":
        return "reopened"
    if invitation.superseded_at or invitation.withheld_because == "superseded":
        return "superseded"
    if not known and invitation.withheld_because not in ("no_address", "not_sampled"):
        return "erased"
    recipient = address or known
    if not recipient:
        return "no_address"
    opted_out = opt_outs.is_opted_out(source, recipient)
    reason = program.case_intake.never_asked.reason(recipient, opted_out)
    if reason == "opt_out":
        return "opted_out"
    return "never_asked" if reason in UNREAD else None


def request_refusal(
    program: Program, source: Readable, invitation: Invitation, now: datetime
) -> Refusal | None:
    """Return why the customer cannot request a new link at `now`; None if they can."""
    if now < invitation.expires_at:
        return "not_expired"
    if not program.case_intake.we_send:
        return "case_system"
    if found := refusal(program, source, invitation):
        return found
    if invitation.bounced_at:
        return "bounced"
    requests = renewals.count_by(source, invitation.id, "customer")
    return "too_often" if requests >= MOST_REQUESTS else None


def renew(
    program: Program,
    tx: Transaction,
    invitation_id: str,
    asked_by: AskedBy,
    now: datetime,
    address: str | None = None,
) -> Invitation:
    """Give the customer a new link and return the renewed invitation.

    The closure email is sent again, unless the case system sends it. `address` replaces the
    contact's address. Earlier links stop working. Raises RenewalRefusedError.
    """
    # So that no answer arrives, and nobody else renews it, at the same time.
    answers.lock(tx, invitation_id)
    invitation = _found(tx, invitation_id)
    found = (
        request_refusal(program, tx, invitation, now)
        if asked_by == "customer"
        else refusal(program, tx, invitation, address)
    )
    if found:
        raise RenewalRefusedError(found)
    if address and not cases.correct_address(tx, invitation.case_ref, address):
        raise RenewalRefusedError("erased")
    renewals.add(tx, invitation.id, asked_by, now, now + program.link_lifetime)
    program.case_intake.withdraw_email(tx, invitation.id, now, "withdrawn: sent again")
    if program.case_intake.we_send:
        message = OutboxMessage(
            id=new_id(),
            kind=CLOSURE,
            recipient=address or invitation.contact_email or "",
            created_at=now,
            invitation_id=invitation.id,
        )
        outbox.add(tx, message)
    return _found(tx, invitation.id)


def _found(tx: Transaction, invitation_id: str) -> Invitation:
    invitation = invitations.find(tx, invitation_id)
    assert invitation
    return invitation
