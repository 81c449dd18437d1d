"""Notifications to the leads: alerts about low answers, and the weekly digest."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from charts import date_with_weekday
from feedback_app.base.text import isolated, one_line
from feedback_app.mail.message import Email, MailContext, render_email, subject_and_text
from feedback_app.records import SAMPLE_SOURCE, Answer, Invitation, OutboxMessage

ALERT = "alert"
CARE = "care"
DIGEST = "digest"
# Characters that a chat could read as a mention, a link or formatting.
_CHAT_MARKUP = re.compile(r"[^\w ./#-]|_")
_CASE_NUMBER_LENGTH = 60


class LowAnswer(NamedTuple):
    """A low answer; `due_on` is the day by which a lead should contact the customer, if any."""

    invitation: Invitation
    answer: Answer
    due_on: date | None


def alert_text(context: MailContext, low: LowAnswer) -> tuple[str, str]:
    """Return the title and text of the alert to a low answer, for chats and emails."""
    language = context.facts.languages[0]
    scores = {"ease": low.answer.ease, "satisfaction": low.answer.satisfaction}
    named = (
        f"{context.facts.metric(question.metric).short} {scores[question.key]}"
        for question in context.facts.questions
    )
    values = {
        "scores": ", ".join(named),
        "answer": low.answer,
        "due_on": low.due_on and date_with_weekday(low.due_on, language),
        **_about(context, low.invitation),
    }
    return _for_leads(context, ALERT, values)


def care_text(
    context: MailContext, invitation: Invitation, answer: Answer, reason: str | None
) -> tuple[str, str]:
    """Return the title and text of the alert to a comment that a lead marked for `reason`."""
    values = {"answer": answer, "reason": reason, **_about(context, invitation)}
    return _for_leads(context, CARE, values)


def digest_text(context: MailContext, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return the subject and text of the digest of a week; `values` are for its template."""
    return _for_leads(context, DIGEST, values)


def notification(
    context: MailContext, message: OutboxMessage, subject_text: tuple[str, str]
) -> str:
    """Return the text of the email with this subject and text to a lead."""
    subject, text = subject_text
    return render_email(context, Email(subject=subject, text=text), message)


def _about(context: MailContext, invitation: Invitation) -> dict[str, Any]:
    number = _CHAT_MARKUP.sub("·", one_line(invitation.case_number))[:_CASE_NUMBER_LENGTH]
    return {
        "case_number": isolated(number),
        "link": f"{context.public_url}/review/answers/{invitation.id}",
        "is_sample": invitation.source == SAMPLE_SOURCE,
    }


def _for_leads(context: MailContext, name: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return the subject and text in the first language of the facts, which leads read."""
    language = context.facts.languages[0]
    return subject_and_text(language, name, {"facts": context.facts, **values})
