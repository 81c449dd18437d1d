"""Build every email we send: its texts from templates, the common headers and the body."""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from markupsafe import escape
from mjml import mjml2html

from feedback_app.base.templates import template
from feedback_app.base.text import one_line
from feedback_app.records import OutboxMessage
from support_facts import Facts, is_email_address

_LINE_LENGTH = 76
_GAP = re.compile(r"@@(\w+)@@")


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

    subject: str
    text: str
    html: str | None = None
    headers: Mapping[str, Address | str] = field(default_factory=dict)


def subject_and_text(language: str, name: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return the subject and plain text of the email `templates/mail/NAME`."""
    subject, text = (
        template(language, f"mail/{name}{end}.txt").render(values) for end in ("-subject", "")
    )
    return one_line(subject), text.strip("\n") + "\n"


def html(
    language: str, name: str, values: Mapping[str, Any], details: Mapping[str, str | None]
) -> str:
    """Return the HTML of the email `templates/mail/NAME.mjml`.

    `details` differ between emails of one kind and are escaped when they are filled in, so that
    the slow MJML is only rendered once for each kind, language and set of details.
    """
    gaps = {key: text and f"@@{key}@@" for key, text in details.items()}
    page = _rendered(template(language, f"mail/{name}.mjml").render({**values, **gaps}))
    return _GAP.sub(lambda gap: escape(details.get(gap[1]) or gap[0]), page)


@lru_cache(maxsize=100)
def _rendered(mjml: str) -> str:
    return str(mjml2html(mjml))


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


class _Headers(HeaderRegistry):
    """Makes the class of each header once, not for every email: a quarter of the time."""

    @cache  # noqa: B019
    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name)


# An absence reply would go to Reply-To, where it could reopen the closed case. RFC 3834 asks
# automatic responders not to answer such emails; Exchange only reads its own header (MS-OXCMAIL,
# 2.1.3.2.20), and vacation(1) and Domino read Precedence. X-Auto-Response-Suppress must not be
# "All", which also suppresses bounce reports.
_AUTOMATIC = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
    "Precedence": "bulk",
}

_POLICY = _Policy(
    linesep=SMTP.linesep,
    max_line_length=SMTP.max_line_length,
    cte_type="7bit",
    header_factory=_Headers(),
)


def render_email(context: MailContext, email: Email, message: OutboxMessage) -> str:
    """Return `email` as the text of `message`: RFC 5322, in ASCII.

    Each attempt to send a message has the same Message-ID and the same date, when it was first due.
    Raises ValueError if the recipient is not an email address, or if a header cannot contain its
    value, such as a line break.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = context.sender
    mail["To"] = _address(message.recipient)
    mail["Date"] = format_datetime(message.due_at or message.created_at)
    mail["Message-ID"] = f"<{message.id}@{urlsplit(context.public_url).hostname}>"
    for name, text in _AUTOMATIC.items():
        mail[name] = text
    mail["Subject"] = email.subject
    mail.set_content("\n".join(map(_wrapped, email.text.split("\n"))))
    if email.html:
        mail.add_alternative(email.html, subtype="html")
    for name, value in email.headers.items():
        mail[name] = value
    return mail.as_bytes().decode("ascii")


def _wrapped(line: str) -> str:
    """Return `line` with line breaks between words; links stay whole."""
    if len(line) <= _LINE_LENGTH:
        return line
    return textwrap.fill(line, _LINE_LENGTH, break_long_words=False, break_on_hyphens=False)


def _address(address: str) -> Address:
    if not is_email_address(address):
        raise ValueError(f"{address!r} is not a valid email address in ASCII")
    return Address(addr_spec=address)
