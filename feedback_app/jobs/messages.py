"""Build each message of the outbox when it is sent, with the present URLs, keys and texts."""

from feedback_app.base.weeks import week_of, weeks_back
from feedback_app.jobs import digest
from feedback_app.mail.chat import is_chat_id
from feedback_app.mail.closure import (
    CLOSURE,
    CLOSURE_KINDS,
    REMINDER,
    SurveyLinks,
    closure_email,
)
from feedback_app.mail.notifications import (
    CARE,
    DIGEST,
    LowAnswer,
    alert_text,
    care_text,
    digest_text,
    notification,
)
from feedback_app.mail.sender import RefusedError
from feedback_app.program import Program
from feedback_app.records import Answer, Invitation, OutboxMessage
from feedback_app.store import answer_marks, answers, follow_ups, invitations


def message_text(program: Program, message: OutboxMessage) -> str:
    """Return the text of a message. Raises RefusedError if it cannot be built."""
    try:
        return (
            _digest(program, message) if message.kind == DIGEST else _about_a_case(program, message)
        )
    except ValueError as error:
        # The text may quote the recipient.
        raise RefusedError("the recipient or a header of this email is not valid") from error


def _digest(program: Program, message: OutboxMessage) -> str:
    # Digests queued by earlier versions have no week.
    week = message.week or weeks_back(week_of(message.created_at, program.zone), 2)[0]
    values = digest.figures(program, week, message.created_at)
    context = program.mail_context
    return notification(context, message, digest_text(context, values))


def _about_a_case(program: Program, message: OutboxMessage) -> str:
    invitation = invitations.find(program.database, message.invitation_id or "")
    if not invitation:
        raise RefusedError("its case is not in the database")
    if message.kind in (*CLOSURE_KINDS, REMINDER):
        return _closure(program, message, invitation)
    return _alert(program, message, invitation)


def _closure(program: Program, message: OutboxMessage, invitation: Invitation) -> str:
    links = None
    if message.kind in (CLOSURE, REMINDER):
        opt_out = program.opt_out_link(invitation.id, message.recipient)
        links = SurveyLinks(program.survey_link(invitation.id), opt_out)
    until = program.today(invitation.expires_at) if message.kind == REMINDER else None
    return closure_email(program.mail_context, message, invitation, links, until)


def _alert(program: Program, message: OutboxMessage, invitation: Invitation) -> str:
    given = answers.revisions(program.database, invitation.id)
    if not given:
        raise RefusedError("its answer is not in the database")
    if message.kind == CARE:
        reason = answer_marks.care_of(program.database, invitation.id)
        alert = care_text(program.mail_context, invitation, given[-1], reason)
    else:
        alert = _low_answer(program, invitation, given[-1])
    if is_chat_id(message.recipient):
        return "\n".join(alert)
    return notification(program.mail_context, message, alert)


def _low_answer(program: Program, invitation: Invitation, answer: Answer) -> tuple[str, str]:
    still_open = [
        one for one in follow_ups.of_answer(program.database, invitation.id) if not one.closed_at
    ]
    due_on = still_open[-1].due_on if still_open else None
    return alert_text(program.mail_context, LowAnswer(invitation, answer, due_on))
