"""Notifications to the leads: alerts about low answers, and the weekly digest."""

import re
from collections.abc import Mapping
from typing import Any

from feedback_app.base.templates import template
from feedback_app.base.text import isolated, one_line
from feedback_app.mail.message import Email, MailContext, render_email
from feedback_app.records import SAMPLE_SOURCE, Invitation, OutboxMessage

ALERT = "alert"
DIGEST = "digest"
# Characters that a chat could read as a mention, a link or formatting.
_CHAT_MARKUP = re.compile(r"[^\w ./#-]|_")
_CASE_NUMBER_LENGTH = 60


def alert_email(context: MailContext, message: OutboxMessage, invitation: Invitation) -> str:
    """Return the text of the email that alerts a lead to a low answer."""
    subject, text = _render(context, ALERT, _alert_values(context, invitation))
    return render_email(context, Email(subject=subject, text=text), message)


def alert_chat_text(context: MailContext, invitation: Invitation) -> str:
    """Return the chat message that alerts to a low answer: the title, a newline, the text."""
    return "\n".join(_render(context, ALERT, _alert_values(context, invitation)))


def digest_email(context: MailContext, message: OutboxMessage, values: Mapping[str, Any]) -> str:
    """Return the text of the email with the digest of a week; `values` are for its template."""
    subject, text = digest_text(context, values)
    return render_email(context, Email(subject=subject, text=text), message)


def digest_text(context: MailContext, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return the subject and text of the digest, as in its email."""
    return _render(context, DIGEST, values)


def _alert_values(context: MailContext, invitation: Invitation) -> dict[str, Any]:
    number = _CHAT_MARKUP.sub("·", one_line(invitation.case_number))[:_CASE_NUMBER_LENGTH]
    return {
        "case_number": isolated(number),
        "link": f"{context.public_url}/review/answers/{invitation.id}",
        "is_sample": invitation.source == SAMPLE_SOURCE,
    }


def _render(context: MailContext, name: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return the subject and text in the first language of the facts, which leads read."""
    language = context.facts.languages[0]
    values = {"facts": context.facts, **values}
    subject = template(language, f"mail/{name}-subject.txt").render(values)
    return one_line(subject), template(language, f"mail/{name}.txt").render(values).strip() + "\n"
