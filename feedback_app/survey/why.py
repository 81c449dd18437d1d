"""Why a low answer was low: asked once, on the page after, when its scores are stored already."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request

from feedback_app.base.links import BadLinkError
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.records import Invitation
from feedback_app.store import answers
from feedback_app.survey.forms import ReasonForm
from feedback_app.survey.pages import BLANK, address, page
from feedback_app.survey.protocol import Outcome, add_reason
from feedback_app.survey.views import became, keep_or_change, may_change, opens_nothing
from feedback_app.web.headers import protect_page
from feedback_app.web.limits import body_too_large
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, open_invitation, program

survey_why = Blueprint("survey_why", __name__, url_prefix="/f")
survey_why.after_request(protect_page)


@survey_why.get("/<token>/why")
def ask_why(token: str) -> Response:
    """Ask for the reason. Only the browser that gave the low answer was sent here."""
    invitation = open_invitation(token)
    if not invitation or _revision(invitation) is None or not may_change(invitation):
        return see_other(address(token))
    given = {**BLANK, "page": program().links.sign("page", invitation.id)}
    return _ask(invitation, token, given, {}, 200)


@survey_why.post("/<token>/why")
def store_why(token: str) -> Response:
    """Append the reason to the answer it belongs to, or give the words back.

    An empty reason changes nothing.
    """
    invitation = open_invitation(token)
    if not invitation:
        return opens_nothing(token, _form("").comment_text)
    if not invitation.answered_at:
        return see_other(address(token))
    form = _form(invitation.id)
    revision = _revision(invitation)
    if revision is None:
        # Whoever has the link may change the answer, but this key does not say which one it was.
        if may_change(invitation):
            return keep_or_change(invitation, token, form.comment_text)
        return became(invitation, token, 409, form.comment_text)
    if body_too_large():
        return _ask(invitation, token, form.given(), {"comment": "too_long"}, 413)
    if not form.validate():
        return _ask(invitation, token, form.given(), form.faults(), 422)
    try:
        outcome = _add(invitation, revision, form)
    except DatabaseUnavailableError:
        return _ask(invitation, token, form.given(), {"page": "unavailable"}, 503)
    if outcome is Outcome.TOO_LATE:
        return became(invitation, token, 409, form.comment_text)
    if outcome is Outcome.DIFFERS:
        return keep_or_change(invitation, token, form.comment_text)
    note = {"removed": "1"} if form.characters_removed else {}
    return see_other(address(token, "thanks", **note))


def _ask(
    invitation: Invitation,
    token: str,
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
        thanks=address(token, "thanks"),
        key=request.args["k"],
    )


def _add(invitation: Invitation, revision: int, form: ReasonForm) -> Outcome:
    with program().database.write() as tx:
        outcome = add_reason(
            tx,
            invitation.id,
            revision,
            form.comment_text,
            form.contact_welcome.data,
            now(),
            timedelta(hours=program().facts.survey.edit_window_hours),
        )
        if outcome is Outcome.STORED:
            program().low_answer_alerts.ring(
                tx, invitation, answers.revisions(tx, invitation.id)[-1], now()
            )
    return outcome


def _form(invitation_id: str) -> ReasonForm:
    return ReasonForm(
        request.form,
        links=program().links,
        invitation_id=invitation_id,
        comment_limit=program().facts.survey.comment_limit,
    )


def _revision(invitation: Invitation) -> int | None:
    """Return the revision that lacks its reason, from the key the browser was sent here with."""
    try:
        subject = program().links.read("why", request.args.get("k", "")).subject
    except BadLinkError:
        return None
    invitation_id, _, revision = subject.partition(":")
    return int(revision) if invitation_id == invitation.id and invitation.answered_at else None
