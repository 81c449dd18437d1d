"""What happens when an email with a survey is due, and when it was sent."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feedback_app.base.links import new_id
from feedback_app.database.contract import Database, Transaction
from feedback_app.mail.closure import CLOSURE, CLOSURE_KINDS, CLOSURE_WITHOUT_SURVEY, REMINDER
from feedback_app.mail.never_asked import UNREAD, NeverAsked
from feedback_app.records import Invitation, OutboxMessage
from feedback_app.store import answers, invitations, opt_outs, outbox

NO_REMINDER = timedelta(0)


@dataclass(frozen=True)
class SurveyEmails:
    """The rules for sending surveys, reminders and other closure emails.

    A link works for `link_lifetime`. Customers who do not answer get a reminder `reminder_after`
    after the survey, unless it is 0.
    """

    link_lifetime: timedelta
    reminder_after: timedelta = NO_REMINDER
    never_asked: NeverAsked = NeverAsked()

    def record_sent(self, tx: Transaction, message_ids: Collection[str], now: datetime) -> set[str]:
        """Record that messages were sent at `now`. A survey gets its reminder, which is due later.

        Nothing changes for messages that were recorded as sent before. Returns the ids of those
        that were still waiting, so were neither sent, withdrawn nor erased.
        """
        rows = outbox.mark_sent(tx, message_ids, now)
        reminded = [row["invitation_id"] for row in rows if row["kind"] == REMINDER]
        surveys = [row for row in rows if row["kind"] == CLOSURE and row["invitation_id"]]
        if reminded:
            invitations.mark_reminded(tx, reminded, now)
        ids = [row["invitation_id"] for row in surveys]
        invitations.hand_over(tx, ids, now, now + self.link_lifetime)
        if self.reminder_after:
            due_at = now + self.reminder_after
            reminders = [
                OutboxMessage(
                    id=new_id(),
                    kind=REMINDER,
                    recipient=row["recipient"],
                    created_at=now,
                    due_at=due_at,
                    invitation_id=row["invitation_id"],
                )
                for row in surveys
                if row["recipient"]
            ]
            outbox.add_all(tx, reminders)
        return {row["id"] for row in rows if row["refused_at"] is None}

    def unchanged(
        self, source: Database, message: OutboxMessage
    ) -> tuple[OutboxMessage, Invitation | None] | None:
        """Return a claimed message that may be sent as it is, and the invitation it is about.

        Returns None if `wanted_now` has to check it. This reads only, so it is faster.
        """
        if message.kind == REMINDER:
            return None
        if message.kind not in CLOSURE_KINDS:
            return (message, None) if outbox.is_waiting(source, message.id) else None
        digest = opt_outs.digest_of(message.recipient)
        found = invitations.of_waiting(source, message.id, digest)
        if not found or self.never_asked.reason(message.recipient, found.has_opted_out):
            return None
        return message, found.invitation

    def wanted_now(
        self, tx: Transaction, message: OutboxMessage, now: datetime
    ) -> OutboxMessage | None:
        """Return a claimed message as it may be sent now; None if it must not be sent."""
        if message.kind == REMINDER:
            self._withdraw_needless(tx, message, now)
        if not outbox.is_waiting(tx, message.id):
            return None
        return self._closure(tx, message, now) if message.kind in CLOSURE_KINDS else message

    def _closure(
        self, tx: Transaction, message: OutboxMessage, now: datetime
    ) -> OutboxMessage | None:
        """Return a closure email as it may be sent now; None if it must not be sent.

        A contact who opted out or was added to `survey.never_ask` while the email was waiting gets
        what they would get about a new case. Surveys that are sent again are withdrawn instead,
        because their contacts know that the case is closed.
        """
        opted_out = opt_outs.is_opted_out(tx, message.recipient)
        reason = self.never_asked.reason(message.recipient, opted_out)
        invitation = invitations.find(tx, message.invitation_id or "") if reason else None
        if not reason or not invitation:
            return message
        if reason in UNREAD or (invitation.renewed_at and reason == "opt_out"):
            invitations.withhold(tx, invitation.id, reason)
            outbox.withdraw(tx, invitation.id, CLOSURE_KINDS, now, f"withdrawn: {reason}")
            return None
        # Leads may ask contacts on the list anyway.
        if message.kind == CLOSURE and not invitation.renewed_at:
            invitations.withhold(tx, invitation.id, reason)
            outbox.set_kind(tx, message.id, CLOSURE_WITHOUT_SURVEY)
            return replace(message, kind=CLOSURE_WITHOUT_SURVEY)
        return message

    def _withdraw_needless(self, tx: Transaction, message: OutboxMessage, now: datetime) -> None:
        """Withdraw a reminder unless the customer has the link and did not react yet."""
        invitation_id = message.invitation_id or ""
        # An answer that is being stored comes first.
        answers.lock(tx, invitation_id)
        why = self._why_needless(tx, message, now) if self.reminder_after else "switched off"
        if why:
            outbox.withdraw(tx, invitation_id, (REMINDER,), now, f"withdrawn: no reminder, {why}")

    def _why_needless(self, tx: Transaction, message: OutboxMessage, now: datetime) -> str | None:
        invitation = invitations.find(tx, message.invitation_id or "")
        if not invitation or not invitation.contact_email:
            return "erased"
        if invitation.reminded_at:
            return "reminded before"
        opted_out = opt_outs.is_opted_out(tx, message.recipient)
        state = invitation.state(now)
        reason = self.never_asked.reason(message.recipient, opted_out)
        return reason or (None if state == "handed_over" else state)
