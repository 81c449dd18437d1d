"""The emails about a closing: the closure email and the reminder of its survey.

Their wording is in templates/mail/closure.* and reminder.*, in every language.
"""

from dataclasses import dataclass
from datetime import date

from charts import date_with_weekday
from feedback_app.base.language import choose
from feedback_app.base.text import isolated, one_line
from feedback_app.mail.message import Email, MailContext, filled_in, render_email
from feedback_app.records import ClosedCase, Invitation, OutboxMessage

# The closure email with the survey link, and the one without the survey.
CLOSURE = "closure"
CLOSURE_WITHOUT_SURVEY = "closure notice"
CLOSURE_KINDS = (CLOSURE, CLOSURE_WITHOUT_SURVEY)
REMINDER = "survey reminder"


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
    case: ClosedCase | Invitation,
    links: SurveyLinks | None,
    link_until: date | None = None,
) -> str:
    """Return the text of the email about a closing; without `links` it has no survey part.

    The kind of the message decides whether it is a reminder, whose link works until `link_until`.
    Raises ValueError if the recipient is not a plain address, or if a header contains what it
    must not.
    """
    language = choose([case.language], context.facts.languages)
    reasons = {one.key: one for one in context.facts.closure_reasons}
    reason = reasons.get(case.closure_reason or "")
    values = {
        "facts": context.facts,
        "page": lambda page: context.site_page(page, language),
        "reason": reason,
    }
    name = "reminder" if message.kind == REMINDER else "closure"
    details = {
        "case_number": isolated(one_line(case.case_number)),
        "case_subject": isolated(one_line(case.subject or "")) or None,
        "survey_link": links.survey if links else None,
        "opt_out_link": links.opt_out if links else None,
        "link_until": date_with_weekday(link_until, language) if link_until else None,
    }
    template_of = (language, name, reason.key if reason else None)
    subject, text, page = filled_in(context, template_of, values, details)
    email = Email(
        subject=subject,
        text=text,
        html=page,
        headers={
            "Reply-To": context.reply_to,
            "Content-Language": language,
            **(links.headers if links else {}),
        },
    )
    return render_email(context, email, message)
