"""The closure email; its wording is in templates/mail/closure.*, in every language."""

from dataclasses import dataclass

from mjml import mjml2html

from feedback_app.base.language import choose
from feedback_app.base.templates import template
from feedback_app.base.text import isolated, one_line
from feedback_app.mail.message import Email, MailContext, render_email
from feedback_app.records import OutboxMessage

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
    message: OutboxMessage,
    case_number: str,
    language: str | None,
    links: SurveyLinks | None,
) -> str:
    """Return the text of the email about a closing; without `links` it has no survey part.

    Raises ValueError if the recipient is not a plain address, or if a header contains what it
    must not.
    """
    language = choose([language], context.facts.languages)
    values = {
        "case_number": isolated(one_line(case_number)),
        "facts": context.facts,
        "page": lambda page: context.site_page(page, language),
        "links": links,
    }
    subject, text, mjml = (
        template(language, f"mail/closure{name}").render(values)
        for name in ("-subject.txt", ".txt", ".mjml")
    )
    email = Email(
        subject=one_line(subject),
        text=text,
        html=mjml2html(mjml),
        headers={
            "Reply-To": context.reply_to,
            "Content-Language": language,
            **(links.headers if links else {}),
        },
    )
    return render_email(context, email, message)
