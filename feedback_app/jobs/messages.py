"""Build each message of the outbox when it is sent, with the present URLs, keys and texts."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from charts import date_and_time, date_with_weekday
from feedback_app.base import times
from feedback_app.base.language import choose
from feedback_app.base.links import Links
from feedback_app.base.receivers import is_chat_id, receivers_of
from feedback_app.base.weeks import week_of, weeks_back
from feedback_app.jobs import accounts, digest, silence
from feedback_app.mail.closure import CLOSURE, CLOSURE_KINDS, REMINDER, SurveyLinks, closure_email
from feedback_app.mail.message import Email, render_email
from feedback_app.mail.notifications import (
    ALERT,
    CARE,
    DIGEST,
    OUTAGE,
    PASSWORD,
    SILENCE,
    email_for_leads,
    plain_name,
)
from feedback_app.mail.sender import RefusedError
from feedback_app.program import Program
from feedback_app.records import SAMPLE_SOURCE, Invitation, OutboxMessage
from feedback_app.store import answer_marks, answers, follow_ups, invitations, send_pauses


def message_builder(program: Program) -> Callable[[OutboxMessage, Invitation | None], str]:
    """Return `message_text` for one run of the worker, which reads the opt-out key only once."""
    return partial(message_text, program, opt_outs=cache(program.opt_out_links))


def message_text(
    program: Program,
    message: OutboxMessage,
    invitation: Invitation | None = None,
    opt_outs: Callable[[], Links] | None = None,
) -> str:
    """Return the text of a message about an invitation, which is read if it is not given.

    `opt_outs` signs opt-out links. Raises RefusedError if the message cannot be built.
    """
    try:
        if message.kind in (*CLOSURE_KINDS, REMINDER):
            about = invitation or _invitation(program, message)
            return _closure(program, message, about, opt_outs or program.opt_out_links)
        email = _for_leads(program, message)
        if is_chat_id(message.recipient):
            return f"{email.subject}\n{email.text}"
        return render_email(program.mail_context, email, message)
    except ValueError as error:
        # The text may quote the recipient.
        raise RefusedError("the recipient or a header of this email is not valid") from error


def _for_leads(program: Program, message: OutboxMessage) -> Email:
    language = _language(program, message.recipient)
    values = _VALUES[message.kind](program, message, language)
    return email_for_leads(program.mail_context, message.kind, language, values)


def _language(program: Program, recipient: str) -> str:
    """Return the language that the settings name for this recipient, else the first one."""
    settings = program.settings
    receivers = receivers_of((*settings.alert_urls, *settings.digest_to))
    wishes = (one.language for one in receivers if one.recipient == recipient)
    return choose(wishes, program.facts.languages)


def _invitation(program: Program, message: OutboxMessage) -> Invitation:
    invitation = invitations.find(program.database, message.invitation_id or "")
    if not invitation:
        raise RefusedError("its case is not in the database")
    return invitation


def _closure(
    program: Program, message: OutboxMessage, invitation: Invitation, opt_outs: Callable[[], Links]
) -> str:
    links = None
    if message.kind in (CLOSURE, REMINDER):
        opt_out = program.opt_out_link(invitation.id, message.recipient, opt_outs())
        links = SurveyLinks(program.survey_link(invitation.id), opt_out)
    until = program.today(invitation.expires_at) if message.kind == REMINDER else None
    return closure_email(program.mail_context, message, invitation, links, until)


def _password(program: Program, message: OutboxMessage, language: str) -> dict[str, Any]:
    link = accounts.link_for_email(program, message, times.now())
    return {"account_name": message.lead_name or "", "link": link}


def _outage(program: Program, message: OutboxMessage, language: str) -> dict[str, Any]:
    pause = send_pauses.find(program.database)
    return {
        "reason": pause and plain_name(pause.reason),
        "since": pause and date_and_time(pause.since, language, program.zone),
    }


def _silence(program: Program, message: OutboxMessage, language: str) -> dict[str, Any]:
    return silence.email_values(program, message.created_at, language)


def _digest(program: Program, message: OutboxMessage, language: str) -> dict[str, Any]:
    # Digests queued by earlier versions have no week.
    week = message.week or weeks_back(week_of(message.created_at, program.zone), 2)[0]
    return digest.email_values(program, week, message.created_at, language)


def _answer(program: Program, message: OutboxMessage) -> dict[str, Any]:
    """Return the facts about an answer that a lead needs, but no comment and no address."""
    invitation = _invitation(program, message)
    given = answers.revisions(program.database, invitation.id)
    if not given:
        raise RefusedError("its answer is not in the database")
    return {
        "answer": given[-1],
        "case_number": plain_name(invitation.case_number),
        "link": f"{program.settings.public_url}/review/answers/{invitation.id}",
        "is_sample": invitation.source == SAMPLE_SOURCE,
    }


def _low_answer(program: Program, message: OutboxMessage, language: str) -> dict[str, Any]:
    values, facts = _answer(program, message), program.facts
    scores = (
        f"{facts.metric(question.metric).short} {getattr(values['answer'], question.key)}"
        for question in facts.questions
    )
    all_of_answer = follow_ups.of_answer(program.database, message.invitation_id or "")
    due_on = [one.due_on for one in all_of_answer if not one.closed_at]
    return {
        **values,
        "scores": ", ".join(scores),
        "due_on": date_with_weekday(due_on[-1], language) if due_on else None,
    }


def _marked_comment(program: Program, message: OutboxMessage, language: str) -> dict[str, Any]:
    reason = answer_marks.care_of(program.database, message.invitation_id or "")
    return {**_answer(program, message), "reason": reason}


# What the template of each kind of message to the leads shows.
_VALUES: dict[str, Callable[[Program, OutboxMessage, str], dict[str, Any]]] = {
    ALERT: _low_answer,
    CARE: _marked_comment,
    DIGEST: _digest,
    OUTAGE: _outage,
    PASSWORD: _password,
    SILENCE: _silence,
}
