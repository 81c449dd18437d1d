"""Emails to the leads: alerts about answers and case systems, digests, links to set a password."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from charts import date_with_weekday
from feedback_app.base.links import new_id
from feedback_app.base.text import isolated, one_line
from feedback_app.database.contract import Transaction
from feedback_app.mail.message import Email, MailContext, html, quoted_printable, subject_and_text
from feedback_app.records import SAMPLE_SOURCE, Answer, Invitation, OutboxMessage
from feedback_app.store import outbox

ALERT = "alert"
CARE = "care"
DIGEST = "digest"
OUTAGE = "outage"
PASSWORD = "password"
SILENCE = "silence"
# Characters that a chat could read as a mention or formatting, and dots that make a web address.
_CHAT_MARKUP = re.compile(r"[^\w ./#-]|_|\.(?=[^\W\d]{2})")
_NAME_LENGTH = 60


def queue_for_leads(
    tx: Transaction,
    kind: str,
    recipients: Iterable[str],
    now: datetime,
    invitation_id: str | None = None,
    week: str | None = None,
) -> int:
    """Store one message for each different recipient; return how many."""
    different = dict.fromkeys(recipients)
    for recipient in different:
        message = OutboxMessage(
            id=new_id(),
            kind=kind,
            recipient=recipient,
            created_at=now,
            invitation_id=invitation_id,
            week=week,
        )
        outbox.add(tx, message)
    return len(different)


def alert_email(
    context: MailContext,
    invitation: Invitation,
    answer: Answer,
    due_on: date | None,
    language: str,
) -> Email:
    """Return the alert to a low answer: what a lead needs, but no comment and no address.

    `due_on` is the day by which a lead should contact the customer, if any.
    """
    scores = {"ease": answer.ease, "satisfaction": answer.satisfaction}
    named = (
        f"{context.facts.metric(question.metric).short} {scores[question.key]}"
        for question in context.facts.questions
    )
    values = {
        "scores": ", ".join(named),
        "answer": answer,
        "due_on": due_on and date_with_weekday(due_on, language),
        **_about(context, invitation),
    }
    return email_for_leads(context, ALERT, language, values)


def care_email(
    context: MailContext,
    invitation: Invitation,
    answer: Answer,
    reason: str | None,
    language: str,
) -> Email:
    """Return the email about a comment that a lead marked for `reason`."""
    values = {"answer": answer, "reason": reason, **_about(context, invitation)}
    return email_for_leads(context, CARE, language, values)


def email_for_leads(
    context: MailContext, name: str, language: str, values: Mapping[str, Any]
) -> Email:
    """Return the email `templates/mail/NAME`, with HTML if it is the digest."""
    values = {"facts": context.facts, **values}
    subject, text = subject_and_text(language, name, values)
    page = None
    if name == DIGEST:
        page = quoted_printable(html(language, name, {**values, "subject": subject}))
    headers = {"Content-Language": language}
    return Email(subject=subject, text=text, html=page, headers=headers)


def plain_name(text: str) -> str:
    """Return a number or name that somebody typed, without what a chat could act on."""
    return isolated(_CHAT_MARKUP.sub("·", one_line(text))[:_NAME_LENGTH])


def _about(context: MailContext, invitation: Invitation) -> dict[str, Any]:
    return {
        "case_number": plain_name(invitation.case_number),
        "link": f"{context.public_url}/review/answers/{invitation.id}",
        "is_sample": invitation.source == SAMPLE_SOURCE,
    }
