"""The words we send. A letter has a text and an HTML form, from templates in every language."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from mjml import mjml2html

from feedback_app.base.addresses import is_email_address
from feedback_app.base.language import choose
from feedback_app.base.links import new_id
from feedback_app.base.templates import template
from feedback_app.base.text import one_line
from feedback_app.records import ClosedCase, OutboxMessage
from support_facts import Facts


@dataclass(frozen=True)
class MailContext:
    """What is the same on every letter: the facts, who sends it, and where we live on the web."""

    facts: Facts
    sender: Address
    reply_to: Address
    public_url: str

    def site_page(self, page: str, language: str) -> str:
        """Return the address of a page of the knowledge site, such as case-status.html#closed."""
        site = (self.facts.organisation.site_url or self.public_url).rstrip("/")
        folder = "" if language == self.facts.languages[0] else f"/{language}"
        return f"{site}{folder}/{page}"


class _LetterPolicy(EmailPolicy):
    """Headers as SMTP wants them, and the address for objecting as one word.

    It is longer than a line, and the library would turn it into encoded words, which RFC 2369 does
    not know: no mail program would find the address.
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


LETTER_POLICY = _LetterPolicy(linesep=SMTP.linesep, max_line_length=SMTP.max_line_length)

# The kind of message that hands the survey link over, and the kind that only tells of the closing.
CLOSURE = "closure"
NOTICE = "closure notice"
CLOSING_MAILS = (CLOSURE, NOTICE)


@dataclass(frozen=True)
class SurveyLinks:
    """The addresses in a closure mail that asks: the survey, and objecting to surveys."""

    survey: str
    opt_out: str


def closure(
    mail_context: MailContext,
    case: ClosedCase,
    invitation_id: str,
    links: SurveyLinks,
    now: datetime,
) -> OutboxMessage:
    """Return the closure mail of `case`: what closing means, and the links to the two questions.

    The recipient is `case.contact_email`, which must be set. Raises ValueError when a header
    cannot carry what it was given (a line break in an address, for one).
    """
    mail, message_id = _write(mail_context, case, links, now)
    # RFC 8058: the mail program may object with one POST, without opening the page.
    mail["List-Unsubscribe"] = f"<{links.opt_out}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return _message(CLOSURE, mail, message_id, case, invitation_id, now)


def closure_notice(
    mail_context: MailContext, case: ClosedCase, invitation_id: str, now: datetime
) -> OutboxMessage:
    """Return the closure mail without its survey part, for those who are not asked."""
    mail, message_id = _write(mail_context, case, None, now)
    return _message(NOTICE, mail, message_id, case, invitation_id, now)


def _write(
    mail_context: MailContext, case: ClosedCase, links: SurveyLinks | None, now: datetime
) -> tuple[EmailMessage, str]:
    language = choose([case.language], mail_context.facts.languages)
    message_id = new_id()
    mail = EmailMessage(policy=LETTER_POLICY.clone(cte_type="7bit"))
    mail["From"] = mail_context.sender
    mail["To"] = recipient(case.contact_email or "")
    mail["Reply-To"] = mail_context.reply_to
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}@{urlsplit(mail_context.public_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    values = {
        "case_number": one_line(case.case_number),
        "facts": mail_context.facts,
        "page": lambda page: mail_context.site_page(page, language),
        "links": links,
    }
    mail["Subject"] = one_line(template(language, "mail/closure-subject.txt").render(values))
    mail.set_content(template(language, "mail/closure.txt").render(values))
    mail.add_alternative(
        mjml2html(template(language, "mail/closure.mjml").render(values)), subtype="html"
    )
    mail["Content-Language"] = language
    return mail, message_id


def _message(
    kind: str,
    mail: EmailMessage,
    message_id: str,
    case: ClosedCase,
    invitation_id: str,
    now: datetime,
) -> OutboxMessage:
    return OutboxMessage(
        id=message_id,
        kind=kind,
        invitation_id=invitation_id,
        recipient=case.contact_email or "",
        message=mail.as_bytes().decode("ascii"),
        attempts=0,
        created_at=now,
    )


def recipient(address: str) -> Address:
    """Return `address` for a header. Raises ValueError unless it is one email address in ASCII."""
    if not is_email_address(address):
        raise ValueError(f"{address!r} is not one email address in ASCII")
    return Address(addr_spec=address)
