"""The page after a low answer without a comment, which asks for the reason once."""

from typing import Any

from flask import Blueprint, Response, request

from feedback_app.records import Answer, Invitation
from feedback_app.store import answers
from feedback_app.survey.answered import (
    edit_window,
    keep_or_change_page,
    may_change,
    not_stored_page,
    status_page,
)
from feedback_app.survey.forms import ReasonForm
from feedback_app.survey.low_answers import handle_low_answer
from feedback_app.survey.pages import (
    BLANK,
    invalid_link_page,
    new_page_token,
    page,
    read_revision,
    submitted_form,
    survey_path,
    switches_language,
)
from feedback_app.survey.protocol import Outcome, Reason, store_reason
from feedback_app.survey.thanks import thanks_path
from feedback_app.web.headers import protect_page
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, open_invitation, program

survey_why = Blueprint("survey_why", __name__, url_prefix="/f")
survey_why.after_request(protect_page)


@survey_why.get("/<token>/why")
def show(token: str) -> Response:
    """Ask for the reason, in the browser that was redirected here after its low answer."""
    invitation = open_invitation(token)
    revision = _low_revision(invitation) if invitation else None
    if not invitation or revision is None or not may_change(invitation):
        return see_other(survey_path(token))
    given = {**BLANK, "page": new_page_token(invitation)}
    return _page(invitation, token, revision, given, {}, 200)


@survey_why.post("/<token>/why")
def store(token: str) -> Response:
    """Store the reason as a new revision of its answer; an empty reason changes nothing."""
    invitation = open_invitation(token)
    if not invitation:
        return invalid_link_page(token, submitted_form(ReasonForm).comment)
    if not invitation.answered_at:
        return see_other(survey_path(token))
    form = submitted_form(ReasonForm, invitation.id)
    revision = _low_revision(invitation)
    if revision is None:
        # The key is missing or wrong, so we do not know which revision the reason is for.
        if may_change(invitation):
            return keep_or_change_page(invitation, token, form.comment)
        return status_page(invitation, token, 409, form.comment)
    if switches_language():
        return _page(invitation, token, revision, form.submitted(), {}, 200)
    if faults := form.faults():
        return _page(invitation, token, revision, form.submitted(), faults, 422)
    outcome, newest = _store(invitation, revision, form)
    return not_stored_page(outcome, invitation, token, form.comment) or see_other(
        thanks_path(token, invitation, newest.revision, form.characters_removed)
    )


def _page(
    invitation: Invitation,
    token: str,
    revision: int,
    given: dict[str, Any],
    faults: dict[str, str],
    status: int,
) -> Response:
    return page(
        "why",
        invitation,
        status,
        token=token,
        given=given,
        faults=faults,
        thanks=thanks_path(token, invitation, revision),
    )


def _store(invitation: Invitation, revision: int, form: ReasonForm) -> tuple[Outcome, Answer]:
    reason = Reason(invitation.id, revision, form.comment, form.contact_welcome)
    with program().database.write() as tx:
        outcome = store_reason(tx, reason, now(), edit_window())
        newest = answers.revisions(tx, invitation.id)[-1]
        if outcome is Outcome.STORED:
            handle_low_answer(program(), tx, invitation, newest, now())
    return outcome, newest


def _low_revision(invitation: Invitation) -> int | None:
    """Return the revision that lacks its reason, from the key in the URL of the redirect."""
    revision = read_revision("why", invitation, request.args.get("k", ""))
    return revision if invitation.answered_at else None
