"""Build every email we send: its texts from templates, the common headers and the body."""

import re
import textwrap
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from markupsafe import escape
from mjml import mjml2html

from feedback_app.base.templates import template
from feedback_app.base.text import one_line
from feedback_app.records import OutboxMessage
from support_facts import Facts, is_email_address

_LINE_LENGTH = 76
_GAP = re.compile(r"@@(\w+)@@", re.ASCII)


@dataclass(frozen=True)
class MailContext:
    """What all emails have in common: the facts, the sender and our public addresses."""

    facts: Facts
    sender: Address
    reply_to: Address
    public_url: str
    # Subject, text and parts of the HTML, with gaps for details of each email; see `filled_in`.
    rendered: dict[tuple[str | None, ...], tuple[str, str, list[str]]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def site_page(self, page: str, language: str) -> str:
        """Return the URL of a page of the knowledge site, such as case-status.html#closed."""
        site = (self.facts.organisation.site_url or self.public_url).rstrip("/")
        folder = "" if language == self.facts.languages[0] else f"/{language}"
        return f"{site}{folder}/{page}"


@dataclass(frozen=True, kw_only=True)
class Email:
    """What differs between emails. `headers` are added to the ones every email has.

    `html` is encoded by `quoted_printable`.
    """

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


def html(language: str, name: str, values: Mapping[str, Any]) -> str:
    """Return the HTML of the email `templates/mail/NAME.mjml`."""
    return str(mjml2html(template(language, f"mail/{name}.mjml").render(values))).rstrip() + "\n"


def filled_in(
    context: MailContext,
    template_of: tuple[str, str, str | None],
    values: Mapping[str, Any],
    details: Mapping[str, str | None],
) -> tuple[str, str, str]:
    """Return subject, text and encoded HTML of an email.

    `template_of` is its language, name and variant, which decide the `values`. The `details` differ
    between emails and are filled in later, so that templates are rendered and encoded once for each
    variant and set of details, not for every email.
    """
    gaps = {key: text and f"@@{key}@@" for key, text in details.items()}
    key = (*template_of, *gaps.values())
    if key not in context.rendered:
        language, name, _ = template_of
        both = {**values, **gaps}
        subject, text = subject_and_text(language, name, both)
        context.rendered[key] = subject, text, _encoded_parts(html(language, name, both))
    subject, text, parts = context.rendered[key]

    def detail(gap: re.Match[str]) -> str:
        return details.get(gap[1]) or gap[0]

    encoded = {name: quoted_printable(escape(text)) for name, text in details.items() if text}
    # A "=" at the end of a line is no line break (RFC 2045, section 6.7): lines stay short.
    page = "=\r\n".join(
        [encoded.get(part, f"@@{part}@@") if at % 2 else part for at, part in enumerate(parts)]
    )
    return _GAP.sub(detail, subject), _GAP.sub(detail, text), page


def _encoded_parts(page: str) -> list[str]:
    """Return the encoded parts of a page, and between them the names of its gaps."""
    parts = _GAP.split(page)
    parts[::2] = map(quoted_printable, parts[::2])
    return parts


def quoted_printable(text: str) -> str:
    """Return a text in quoted-printable (RFC 2045, section 6.7), in lines of up to 75 characters.

    It takes a tenth of the time of EmailMessage.set_content, which encodes in Python.
    """
    return b2a_qp(text.encode()).decode("ascii").replace("\n", "\r\n")


# An absence reply would go to Reply-To, where it could reopen the closed case. RFC 3834 asks
# automatic responders not to answer such emails; Exchange only reads its own header (MS-OXCMAIL,
# 2.1.3.2.20), and vacation(1) and Domino read Precedence. X-Auto-Response-Suppress must not be
# "All", which also suppresses bounce reports.
_AUTOMATIC = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
    "Precedence": "bulk",
}

# Never folded or encoded, because email programs do not find a URL in an encoded word (RFC 2047).
_WHOLE = ("To", "Date", "Message-ID", "List-Unsubscribe")


def render_email(context: MailContext, email: Email, message: OutboxMessage) -> str:
    """Return `email` as the text of `message`: RFC 5322, in ASCII.

    Each attempt to send a message gives the same text, with the date when it was first due. Raises
    ValueError if the recipient is not an email address, or if a header cannot contain its value,
    such as a line break.
    """
    headers = {
        "From": context.sender,
        "To": _address(message.recipient),
        "Date": format_datetime(message.due_at or message.created_at),
        "Message-ID": f"<{message.id}@{urlsplit(context.public_url).hostname}>",
        **_AUTOMATIC,
        "Subject": email.subject,
        "MIME-Version": "1.0",
        **email.headers,
    }
    head = "".join(_header(name, str(value)) for name, value in headers.items())
    lines = map(_wrapped, email.text.rstrip("\n").split("\n"))
    text = _part("plain", quoted_printable("\n".join(lines) + "\n"))
    if not email.html:
        return head + text
    # No quoted-printable text contains "=_" (RFC 2045, section 6.7).
    boundary = f"=_{message.id}"
    parts = "".join(f"--{boundary}\r\n{part}" for part in (text, _part("html", email.html)))
    return (
        f'{head}Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
        f"{parts}--{boundary}--\r\n"
    )


# Most headers are the same in every email.
@lru_cache(maxsize=200)
def _header(name: str, value: str) -> str:
    is_plain = value.isascii() and value.isprintable()
    if name in _WHOLE and not is_plain:
        raise ValueError(f"{name} contains a character that is not printable ASCII")
    is_short = len(name) + len(value) < _LINE_LENGTH and "=?" not in value
    if is_plain and (is_short or name in _WHOLE):
        return f"{name}: {value}\r\n"
    return str(SMTP.fold(*SMTP.header_store_parse(name, value)))


def _part(subtype: str, encoded: str) -> str:
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{encoded}"
    )


# Most lines are the same in every email.
@lru_cache(maxsize=1000)
def _wrapped(line: str) -> str:
    """Return `line` with line breaks between words; links stay whole."""
    if len(line) <= _LINE_LENGTH or " " not in line:
        return line
    return textwrap.fill(line, _LINE_LENGTH, break_long_words=False, break_on_hyphens=False)


def _address(address: str) -> str:
    if not is_email_address(address):
        raise ValueError(f"{address!r} is not a valid email address in ASCII")
    return address
