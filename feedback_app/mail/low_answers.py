"""A low answer: the leads hear of it, and a follow-up opens where its sender welcomes contact.

Both are written with the answer, in its transaction, so neither is lost nor told without it.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from feedback_app.base.working_days import due_on
from feedback_app.database.contract import Transaction
from feedback_app.mail.chat import channel, is_chat
from feedback_app.mail.closure import MailContext
from feedback_app.mail.notifications import ALERT, alert_in_chat, alert_mail
from feedback_app.records import Answer, Invitation
from feedback_app.store import follow_ups, outbox


@dataclass(frozen=True)
class LowAnswerAlerts:
    """Tells `receivers` (mail addresses, and chats by their Apprise address) of low answers."""

    mail_context: MailContext
    zone: ZoneInfo
    receivers: tuple[str, ...]

    def ring(self, tx: Transaction, invitation: Invitation, answer: Answer, now: datetime) -> None:
        """Do what a stored answer asks for; one alert an answer, however often it is changed.

        An alert has the case number and a link, never the comment or an address.
        """
        rules = self.mail_context.facts.survey
        if not answer.is_low(rules.low_threshold):
            return
        if answer.contact_welcome:
            due = due_on(now, rules.follow_up_working_days, self.zone)
            follow_ups.open_for(tx, invitation.id, now, due)
        if outbox.holds(tx, invitation.id, ALERT):
            return
        for receiver in self.receivers:
            if is_chat(receiver):
                message = alert_in_chat(self.mail_context, invitation, channel(receiver), now)
            else:
                message = alert_mail(self.mail_context, invitation, receiver, now)
            outbox.add(tx, message)
