"""Build each message of the outbox when it is sent, with the present URLs, keys and texts."""

from collections.abc import Callable
from functools import cache, partial

from charts import date_and_time
from feedback_app.base import times
from feedback_app.base.language import choose
from feedback_app.base.links import Links
from feedback_app.base.receivers import is_chat_id, receivers_of
from feedback_app.base.weeks import week_of, weeks_back
from feedback_app.jobs import accounts, digest, silence
from feedback_app.mail.closure import (
    CLOSURE,
    CLOSURE_KINDS,
    REMINDER,
    SurveyLinks,
    closure_email,
)
from feedback_app.mail.message import Email, render_email
from feedback_app.mail.notifications import (
    CARE,
    DIGEST,
    OUTAGE,
    PASSWORD,
    SILENCE,
    alert_email,
    care_email,
    email_for_leads,
    plain_name,
)
from feedback_app.mail.sender import RefusedError
from feedback_app.program import Program
from feedback_app.records import Answer, Invitation, OutboxMessage
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
    if message.kind == PASSWORD:
        link = accounts.link_for_email(program, message, times.now())
        values = {"account_name": message.lead_name or "", "link": link}
        return email_for_leads(program.mail_context, PASSWORD, language, values)
    if message.kind == OUTAGE:
        return _outage(program, language)
    if message.kind == SILENCE:
        return silence.silence_email(program, message.created_at, language)
    if message.kind == DIGEST:
        # Digests queued by earlier versions have no week.
        week = message.week or weeks_back(week_of(message.created_at, program.zone), 2)[0]
        return digest.digest_email(program, week, message.created_at, language)
    return _alert(program, message, language)


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
    program: Program,
    message: OutboxMessage,
    invitation: Invitation,
    opt_outs: Callable[[], Links],
) -> str:
    links = None
    if message.kind in (CLOSURE, REMINDER):
        opt_out = program.opt_out_link(invitation.id, message.recipient, opt_outs())
        links = SurveyLinks(program.survey_link(invitation.id), opt_out)
    until = program.today(invitation.expires_at) if message.kind == REMINDER else None
    return closure_email(program.mail_context, message, invitation, links, until)


def _outage(program: Program, language: str) -> Email:
    pause = send_pauses.find(program.database)
    values = {
        "reason": pause and plain_name(pause.reason),
        "since": pause and date_and_time(pause.since, language, program.zone),
    }
    return email_for_leads(program.mail_context, OUTAGE, language, values)


def _alert(program: Program, message: OutboxMessage, language: str) -> Email:
    invitation = _invitation(program, message)
    given = answers.revisions(program.database, invitation.id)
    if not given:
        raise RefusedError("its answer is not in the database")
    if message.kind == CARE:
        reason = answer_marks.care_of(program.database, invitation.id)
        return care_email(program.mail_context, invitation, given[-1], reason, language)
    return _low_answer(program, invitation, given[-1], language)


def _low_answer(program: Program, invitation: Invitation, answer: Answer, language: str) -> Email:
    still_open = [
        one for one in follow_ups.of_answer(program.database, invitation.id) if not one.closed_at
    ]
    due_on = still_open[-1].due_on if still_open else None
    return alert_email(program.mail_context, invitation, answer, due_on, language)
