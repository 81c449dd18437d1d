"""The closure email; its wording is in templates/mail/closure.*, in every language."""

from dataclasses import dataclass
from datetime import datetime

from mjml import mjml2html

from feedback_app.base.language import choose
from feedback_app.base.templates import template
from feedback_app.base.text import one_line
from feedback_app.mail.message import Email, MailContext, email_message
from feedback_app.records import ClosedCase, OutboxMessage

# The closure email with the survey link, and the one without the survey.
CLOSURE = "closure"
CLOSURE_WITHOUT_SURVEY = "closure notice"
CLOSURE_KINDS = (CLOSURE, CLOSURE_WITHOUT_SURVEY)


@dataclass(frozen=True)
class SurveyLinks:
    """The URLs of a customer's survey and of the page to opt out."""

    survey: str
    opt_out: str

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers for opting out with one click in the email program (RFC 8058)."""
        return {
            "List-Unsubscribe": f"<{self.opt_out}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


def closure_email(
    context: MailContext,
    case: ClosedCase,
    invitation_id: str,
    links: SurveyLinks | None,
    now: datetime,
) -> OutboxMessage:
    """Return the email about the closing of `case`; without `links` it has no survey part.

    The recipient is `case.contact_email`. Raises ValueError if it is missing or not a plain
    address, or if a header contains what it must not.
    """
    language = choose([case.language], context.facts.languages)
    values = {
        "case_number": one_line(case.case_number),
        "facts": context.facts,
        "page": lambda page: context.site_page(page, language),
        "links": links,
    }
    subject, text, mjml = (
        template(language, f"mail/closure{name}").render(values)
        for name in ("-subject.txt", ".txt", ".mjml")
    )
    email = Email(
        kind=CLOSURE if links else CLOSURE_WITHOUT_SURVEY,
        recipient=case.contact_email or "",
        subject=one_line(subject),
        text=text,
        html=mjml2html(mjml),
        headers={
            "Reply-To": context.reply_to,
            "Content-Language": language,
            **(links.headers if links else {}),
        },
        invitation_id=invitation_id,
    )
    return email_message(context, email, now)
