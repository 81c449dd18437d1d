"""Low answers: open a follow-up if the customer agreed to be contacted, and alert the team.

Both are stored in the same transaction as the answer.
"""

from datetime import datetime

from feedback_app.base.receivers import of_team, receivers_of
from feedback_app.database.contract import Transaction
from feedback_app.mail.notifications import ALERT, queue_for_leads
from feedback_app.program import Program
from feedback_app.records import Answer, Invitation
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
        receivers = of_team(receivers_of(program.settings.alert_urls), invitation.team)
        recipients = [one.recipient for one in receivers]
        queue_for_leads(tx, ALERT, recipients, now, invitation_id=invitation.id)
