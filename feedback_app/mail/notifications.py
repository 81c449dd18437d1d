"""Notifications to the leads: alerts about low answers, and the weekly digest."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from feedback_app.base.links import new_id
from feedback_app.base.templates import template
from feedback_app.base.text import one_line
from feedback_app.mail.message import Email, MailContext, email_message
from feedback_app.records import SAMPLE_SOURCE, Invitation, OutboxMessage

ALERT = "alert"
DIGEST = "digest"
# Characters that a chat could read as a mention, a link or formatting.
_CHAT_MARKUP = re.compile(r"[^\w ./#-]|_")
_CASE_NUMBER_LENGTH = 60


def alert_email(
    context: MailContext, invitation: Invitation, address: str, now: datetime
) -> OutboxMessage:
    """Return the email that alerts a lead to a low answer."""
    subject, text = _render(context, ALERT, _alert_values(context, invitation))
    email = Email(
        kind=ALERT,
        recipient=address,
        subject=subject,
        text=text,
        invitation_id=invitation.id,
    )
    return email_message(context, email, now)


def alert_chat_message(
    context: MailContext, invitation: Invitation, chat_id: str, now: datetime
) -> OutboxMessage:
    """Return the chat message that alerts to a low answer: the title, a newline, the text."""
    title, text = _render(context, ALERT, _alert_values(context, invitation))
    return OutboxMessage(
        id=new_id(),
        kind=ALERT,
        invitation_id=invitation.id,
        recipient=chat_id,
        message=f"{title}\n{text}",
        attempts=0,
        created_at=now,
    )


def digest_email(
    context: MailContext, address: str, values: Mapping[str, Any], now: datetime
) -> OutboxMessage:
    """Return the digest of a week as an email; `values` are for its template."""
    subject, text = digest_text(context, values)
    email = Email(kind=DIGEST, recipient=address, subject=subject, text=text)
    return email_message(context, email, now)


def digest_text(context: MailContext, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return the subject and text of the digest, as in its email."""
    return _render(context, DIGEST, values)


def _alert_values(context: MailContext, invitation: Invitation) -> dict[str, Any]:
    number = _CHAT_MARKUP.sub("·", one_line(invitation.case_number))[:_CASE_NUMBER_LENGTH]
    return {
        "case_number": number,
        "link": f"{context.public_url}/review/answers/{invitation.id}",
        "is_sample": invitation.source == SAMPLE_SOURCE,
    }


def _render(context: MailContext, name: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return the subject and text in the first language of the facts, which leads read."""
    language = context.facts.languages[0]
    values = {"facts": context.facts, **values}
    subject = template(language, f"mail/{name}-subject.txt").render(values)
    return one_line(subject), template(language, f"mail/{name}.txt").render(values).strip() + "\n"
