"""The words we send to the leads: alerts of low answers, and the digest of a week."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from feedback_app.base.links import new_id
from feedback_app.base.templates import template
from feedback_app.base.text import one_line
from feedback_app.mail.closure import MailContext
from feedback_app.records import SAMPLE_SOURCE, Invitation, OutboxMessage

ALERT = "alert"
DIGEST = "digest"
# The source of data that is made up, as in `sample`.
# What a chat could take for a mention, a link or a mark of its own.
_UNLIKE_A_NUMBER = re.compile(r"[^\w ./#-]|_")
_LONGEST_NUMBER = 60


def alert_mail(
    mail_context: MailContext, invitation: Invitation, address: str, now: datetime
) -> OutboxMessage:
    """Return the mail that tells a lead of a low answer."""
    values = _of_answer(mail_context, invitation)
    return _mail(mail_context, ALERT, address, values, now, invitation.id)


def alert_in_chat(
    mail_context: MailContext, invitation: Invitation, recipient: str, now: datetime
) -> OutboxMessage:
    """Return the message that tells a chat of a low answer: a title, a line break, the rest."""
    values = _of_answer(mail_context, invitation)
    title, body = _words(mail_context, ALERT, values)
    return OutboxMessage(
        id=new_id(),
        kind=ALERT,
        invitation_id=invitation.id,
        recipient=recipient,
        message=f"{title}\n{body}",
        attempts=0,
        created_at=now,
    )


def digest_mail(
    mail_context: MailContext, address: str, values: Mapping[str, Any], now: datetime
) -> OutboxMessage:
    """Return the mail that tells a lead of a week; `values` are what its template needs."""
    return _mail(mail_context, DIGEST, address, values, now, None)


def digest_text(mail_context: MailContext, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return subject and text of the digest, as its mail has them."""
    return _words(mail_context, DIGEST, values)


def _of_answer(mail_context: MailContext, invitation: Invitation) -> dict[str, Any]:
    number = _UNLIKE_A_NUMBER.sub("·", one_line(invitation.case_number))[:_LONGEST_NUMBER]
    return {
        "case_number": number,
        "link": f"{mail_context.public_url}/review/answers/{invitation.id}",
        "is_sample": invitation.source == SAMPLE_SOURCE,
    }


def _words(mail_context: MailContext, name: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return subject and text. Leads read the first language of the facts."""
    language = mail_context.facts.languages[0]
    known = {"facts": mail_context.facts, **values}
    subject = template(language, f"mail/{name}-subject.txt").render(known)
    return one_line(subject), template(language, f"mail/{name}.txt").render(known).strip() + "\n"


def _mail(
    mail_context: MailContext,
    kind: str,
    address: str,
    values: Mapping[str, Any],
    now: datetime,
    invitation_id: str | None,
) -> OutboxMessage:
    subject, text = _words(mail_context, kind, values)
    message_id = new_id()
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["From"] = mail_context.sender
    mail["To"] = address
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}@{urlsplit(mail_context.public_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Subject"] = subject
    mail.set_content(text)
    return OutboxMessage(
        id=message_id,
        kind=kind,
        invitation_id=invitation_id,
        recipient=address,
        message=mail.as_bytes().decode("ascii"),
        attempts=0,
        created_at=now,
    )
