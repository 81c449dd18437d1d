"""Emails to the leads: alerts about answers and case systems, digests, links to set a password."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from feedback_app.base.links import new_id
from feedback_app.base.text import isolated, one_line
from feedback_app.database.contract import Transaction
from feedback_app.mail.message import Email, MailContext, html, quoted_printable, subject_and_text
from feedback_app.records import OutboxMessage
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
