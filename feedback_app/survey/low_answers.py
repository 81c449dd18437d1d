"""Low answers: open a follow-up if the customer agreed to be contacted, and alert the leads.

Both are stored in the same transaction as the answer.
"""

from collections.abc import Iterable
from datetime import datetime

from feedback_app.base.addresses import is_chat
from feedback_app.base.links import new_id
from feedback_app.database.contract import Transaction
from feedback_app.mail.chat import chat_id
from feedback_app.mail.notifications import ALERT
from feedback_app.program import Program
from feedback_app.records import Answer, Invitation, OutboxMessage
from feedback_app.store import follow_ups, outbox


def handle_low_answer(
    program: Program, tx: Transaction, invitation: Invitation, answer: Answer, now: datetime
) -> None:
    """Open a follow-up and alert the leads if the stored `answer` is low."""
    rules = program.facts.survey
    if not answer.is_low(rules.low_threshold):
        return
    if answer.contact_welcome:
        due = program.follow_up_due(now)
        follow_ups.open_for(tx, invitation.id, now, due)
    if not outbox.has_message(tx, invitation.id, ALERT):
        alert_leads(program, tx, ALERT, invitation.id, now)


def alert_leads(
    program: Program,
    tx: Transaction,
    kind: str,
    invitation_id: str,
    now: datetime,
    more: Iterable[str] = (),
) -> None:
    """Write one alert to each receiver of the settings, and to the email addresses `more`.

    Alerts contain the case number and a link, never the comment or the customer's address.
    """
    receivers = [url.get_secret_value() for url in program.settings.alert_urls]
    for receiver in dict.fromkeys((*receivers, *more)):
        alert = OutboxMessage(
            id=new_id(),
            kind=kind,
            recipient=chat_id(receiver) if is_chat(receiver) else receiver,
            created_at=now,
            invitation_id=invitation_id,
        )
        outbox.add(tx, alert)
