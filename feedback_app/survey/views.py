"""The survey: GET shows the two questions, POST stores the answer.

Email scanners open links, so a GET never writes.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from flask import Blueprint, Response, request

from feedback_app.base.weeks import week_of
from feedback_app.invitations import GRACE
from feedback_app.program import Program
from feedback_app.records import SAMPLE_SOURCE, Answer, Invitation
from feedback_app.store import week_scores
from feedback_app.survey import renewals
from feedback_app.survey.answered import (
    edit_window,
    keep_or_change_page,
    may_change,
    not_stored_page,
    status_page,
)
from feedback_app.survey.flags import flags
from feedback_app.survey.forms import SCORES, AnswerForm
from feedback_app.survey.low_answers import handle_low_answer
from feedback_app.survey.pages import (
    blank_form,
    closed_link_page,
    invalid_link_page,
    page,
    page_language,
    read_revision,
    sign_revision,
    submitted_form,
    survey_path,
    switches_language,
)
from feedback_app.survey.protocol import Outcome, store_answer
from feedback_app.survey.thanks import thanks_page, thanks_path
from feedback_app.web.headers import protect_page
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, open_invitation, program, query_value

survey = Blueprint("survey", __name__, url_prefix="/f")
survey.after_request(protect_page)

# The value of the field `change` when the customer presses "Change the answer".
CHANGE_REQUESTED = "ask"


@survey.get("/<token>")
def show(token: str) -> Response:
    """Show the two questions or, once answered, the progress of the answer."""
    invitation = open_invitation(token)
    if not invitation:
        return invalid_link_page(token)
    if invitation.answered_at:
        return status_page(invitation, token)
    if not _accepts_answers(invitation, timedelta(0)):
        return closed_link_page(invitation, token)
    ease = query_value("ease").removeprefix("3D")  # a quoted-printable "="
    return blank_form(invitation, ease if ease in SCORES else "")


@survey.post("/<token>")
def store(token: str) -> Response:
    """Store one complete answer, unless there is one already."""
    invitation = open_invitation(token)
    if not invitation:
        return invalid_link_page(token, submitted_form(AnswerForm).comment)
    form = submitted_form(AnswerForm, invitation.id)
    rejected = _check(invitation, token, form)
    if rejected:
        return rejected
    return _store(invitation, token, form)


@survey.get("/<token>/thanks")
def thanks(token: str) -> Response:
    """Thank the customer, if there is an answer."""
    invitation = open_invitation(token)
    if not invitation or not invitation.answered_at:
        return see_other(survey_path(token))
    return thanks_page(invitation, token)


@survey.post("/<token>/renew")
def renew(token: str) -> Response:
    """Send a new link to the address we have, if this one has expired.

    Scanners may press the button too. A link can be renewed once in its lifetime, and only
    `renewals.MOST_REQUESTS` times in all.
    """
    invitation = open_invitation(token)
    if not invitation:
        return invalid_link_page(token)
    # Refused requests write nothing.
    if not renewals.request_refusal(program(), program().database, invitation, now()):
        with suppress(renewals.RenewalRefusedError), program().database.write() as tx:
            renewals.renew(program(), tx, invitation.id, "customer", now())
    return see_other(survey_path(token))


def _check(invitation: Invitation, token: str, form: AnswerForm) -> Response | None:
    """Return the page for a submission that cannot be stored, or None if it can be tried."""
    if invitation.answered_at and form.change == CHANGE_REQUESTED:
        if not may_change(invitation):
            return status_page(invitation, token, 409, form.comment)
        return keep_or_change_page(invitation, token)
    if not invitation.answered_at and not _accepts_answers(invitation, GRACE):
        return closed_link_page(invitation, token, form.comment)
    faults = form.faults()
    if not faults and not switches_language():
        return None
    if invitation.answered_at and not may_change(invitation):
        return status_page(invitation, token, 409, form.comment)
    if switches_language():
        return _form_page(invitation, token, form, {}, 200)
    return _form_page(invitation, token, form, faults, 422)


def _form_page(
    invitation: Invitation, token: str, form: AnswerForm, faults: dict[str, str], status: int
) -> Response:
    """Show the form again with all submitted values."""
    given = form.submitted()
    if not invitation.answered_at:
        given["change"] = ""
    return page("form", invitation, status, token=token, given=given, faults=faults)


def _store(invitation: Invitation, token: str, form: AnswerForm) -> Response:
    ours = program()
    answer = _answer(ours, invitation, form, now())
    changes_revision = read_revision("change", invitation, form.change)
    with ours.database.write() as tx:
        outcome, answer = store_answer(tx, answer, edit_window(), changes_revision)
        if outcome is Outcome.STORED:
            handle_low_answer(ours, tx, invitation, answer, answer.answered_at)
            if invitation.source == SAMPLE_SOURCE:
                week_scores.mark_sample(tx, answer.answered_week)
        # The commit waits for the disk. After it, building the page would take several times as
        # long, because the code is no longer in the processor's cache.
        next_page = _next_page(invitation, token, answer, form.characters_removed)
    return not_stored_page(outcome, invitation, token, form.comment) or next_page


def _answer(ours: Program, invitation: Invitation, form: AnswerForm, moment: datetime) -> Answer:
    return Answer(
        invitation_id=invitation.id,
        revision=1,
        **form.scores,
        comment=form.comment,
        contact_welcome=form.contact_welcome,
        wording_version=form.shown_wording or ours.facts.survey.wording_version,
        language=page_language(invitation),
        answered_at=moment,
        answered_week=week_of(moment, ours.zone),
        flags=flags(
            invitation, form.opened_at or moment, moment, request.environ, form.characters_removed
        ),
    )


def _next_page(invitation: Invitation, token: str, answer: Answer, removed: bool) -> Response:
    """Redirect to the question why, if the answer is low and has no comment, or to the thanks."""
    is_low = answer.is_low(program().facts.survey.low_threshold)
    first_at = invitation.answered_at or answer.answered_at
    if is_low and not answer.comment and now() < first_at + edit_window():
        key = sign_revision("why", invitation, answer.revision)
        note = {"removed": "1"} if removed else {}
        return see_other(survey_path(token, "why", k=key, **note))
    return see_other(thanks_path(token, invitation, answer.revision, removed))


def _accepts_answers(invitation: Invitation, grace: timedelta) -> bool:
    is_open = not invitation.superseded_at and not invitation.link_replaced
    return is_open and now() < invitation.expires_at + grace
