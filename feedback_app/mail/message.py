"""Build every email we send: the common headers, the body and the row for the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from feedback_app.base.addresses import is_email_address
from feedback_app.base.links import new_id
from feedback_app.records import OutboxMessage
from support_facts import Facts


@dataclass(frozen=True)
class MailContext:
    """What all emails have in common: the facts, the sender and our public addresses."""

    facts: Facts
    sender: Address
    reply_to: Address
    public_url: str

    def site_page(self, page: str, language: str) -> str:
        """Return the URL of a page of the knowledge site, such as case-status.html#closed."""
        site = (self.facts.organisation.site_url or self.public_url).rstrip("/")
        folder = "" if language == self.facts.languages[0] else f"/{language}"
        return f"{site}{folder}/{page}"


@dataclass(frozen=True, kw_only=True)
class Email:
    """What differs between emails. `headers` are added to the ones every email has."""

    kind: str
    recipient: str
    subject: str
    text: str
    html: str | None = None
    headers: Mapping[str, Address | str] = field(default_factory=dict)
    invitation_id: str | None = None


class _Policy(EmailPolicy):
    """SMTP headers, except that List-Unsubscribe is neither folded nor encoded.

    The URL is longer than a line. EmailPolicy would turn it into encoded words (RFC 2047), which
    are not allowed in this header (RFC 2369), so email programs would not find the URL.
    """

    def fold(self, name: str, value: Any) -> str:
        if name.lower() != "list-unsubscribe":
            folded: str = super().fold(name, value)
            return folded
        return f"{name}: {self.header_fetch_parse(name, value)}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() != "list-unsubscribe":
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


POLICY = _Policy(linesep=SMTP.linesep, max_line_length=SMTP.max_line_length)


def email_message(context: MailContext, email: Email, now: datetime) -> OutboxMessage:
    """Return `email`, dated `now`, as a message for the outbox.

    Raises ValueError if the recipient is not an email address, or if a header cannot contain
    its value, such as a line break.
    """
    message_id = new_id()
    mail = EmailMessage(policy=POLICY.clone(cte_type="7bit"))
    mail["From"] = context.sender
    mail["To"] = _address(email.recipient)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}@{urlsplit(context.public_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Subject"] = email.subject
    mail.set_content(email.text)
    if email.html:
        mail.add_alternative(email.html, subtype="html")
    for name, value in email.headers.items():
        mail[name] = value
    return OutboxMessage(
        id=message_id,
        kind=email.kind,
        invitation_id=email.invitation_id,
        recipient=email.recipient,
        message=mail.as_bytes().decode("ascii"),
        attempts=0,
        created_at=now,
    )


def _address(address: str) -> Address:
    if not is_email_address(address):
        raise ValueError(f"{address!r} is not a valid email address in ASCII")
    return Address(addr_spec=address)
