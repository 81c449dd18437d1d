"""The two questions: GET shows, POST stores. Scanners open links, so a GET writes nothing."""

from datetime import timedelta

from flask import Blueprint, Response, request

from feedback_app.base.links import BadLinkError
from feedback_app.base.weeks import week_of
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.invitations import GRACE
from feedback_app.publish.counted import counted_in
from feedback_app.records import Answer, Invitation
from feedback_app.store import answers, progress
from feedback_app.survey.flags import flags
from feedback_app.survey.forms import SCORES, AnswerForm
from feedback_app.survey.pages import BLANK, address, blank_form, page, page_language
from feedback_app.survey.protocol import Given, Outcome, record
from feedback_app.web.headers import protect_page
from feedback_app.web.limits import body_too_large
from feedback_app.web.pages import see_other
from feedback_app.web.request import is_revoked, now, open_invitation, program

survey = Blueprint("survey", __name__, url_prefix="/f")
survey.after_request(protect_page)

ASK_FOR_CHANGE = "ask"


@survey.get("/<token>")
def show(token: str) -> Response:
    """Show the two questions or, once answered, what became of the answer."""
    invitation = open_invitation(token)
    if not invitation:
        return opens_nothing(token, comment="")
    if invitation.answered_at:
        return became(invitation, token, 200)
    if not _takes_answers(invitation, timedelta(0)):
        return page("expired", invitation, 410, comment="")
    chosen = request.args.get("ease", "")
    return blank_form(invitation, chosen if chosen in SCORES else "")


@survey.post("/<token>")
def store(token: str) -> Response:
    """Store one complete answer; the first one stands."""
    invitation = open_invitation(token)
    if not invitation:
        return opens_nothing(token, _form("").comment_text)
    form = _form(invitation.id)
    if body_too_large():
        return _ask(invitation, token, form, {"comment": "too_long"}, 413)
    if invitation.answered_at and form.change.data == ASK_FOR_CHANGE:
        if not may_change(invitation):
            return became(invitation, token, 409, form.comment_text)
        return keep_or_change(invitation, token, comment="")
    if not invitation.answered_at and not _takes_answers(invitation, GRACE):
        return page("expired", invitation, 410, comment=form.comment_text)
    if not form.validate():
        return _ask(invitation, token, form, form.faults(), 422)
    try:
        outcome, answer = _record(invitation, form)
    except DatabaseUnavailableError:
        return _ask(invitation, token, form, {"page": "unavailable"}, 503)
    if outcome is Outcome.TOO_LATE:
        return became(invitation, token, 409, form.comment_text)
    if outcome is Outcome.DIFFERS:
        return keep_or_change(invitation, token, form.comment_text)
    return _thank(invitation, token, answer, form.characters_removed)


@survey.get("/<token>/thanks")
def thanks(token: str) -> Response:
    """Thank the customer, if there is an answer."""
    invitation = open_invitation(token)
    if not invitation or not invitation.answered_at:
        return see_other(address(token))
    return page("thanks", invitation, token=token, removed="removed" in request.args)


def became(invitation: Invitation, token: str, status: int, comment: str = "") -> Response:
    """Show what became of the answer, in words, never the answer.

    A comment that came too late with this very request is given back.
    """
    return page(
        "status",
        invitation,
        status,
        token=token,
        answered_at=invitation.answered_at,
        progress=progress.of_answer(program().database, invitation.id),
        counted=counted_in(program().database, program().settings.results, invitation.id),
        may_change=may_change(invitation),
        comment=comment,
    )


def opens_nothing(token: str, comment: str) -> Response:
    """Say whether the link is broken or was revoked, and give back what was typed meanwhile."""
    if is_revoked(token):
        return page("revoked", status=410, comment=comment)
    return page("unknown", status=404, comment=comment)


def _form(invitation_id: str) -> AnswerForm:
    facts = program().facts
    return AnswerForm(
        request.form,
        links=program().links,
        invitation_id=invitation_id,
        comment_limit=facts.survey.comment_limit,
        reason_below=facts.survey.low_threshold if facts.survey.reason_required else 0,
    )


def _ask(
    invitation: Invitation, token: str, form: AnswerForm, faults: dict[str, str], status: int
) -> Response:
    """Ask again, with everything that was given. Only an answer there is can be changed."""
    given = form.given() if invitation.answered_at else {**form.given(), "change": ""}
    return page("form", invitation, status, token=token, given=given, faults=faults)


def keep_or_change(invitation: Invitation, token: str, comment: str) -> Response:
    """Ask on a blank form: somebody who merely has the link must not learn what was answered.

    Only the comment that this very request brought is given back.
    """
    revision = answers.revisions(program().database, invitation.id)[-1].revision
    given = {
        **BLANK,
        "page": program().links.sign("page", invitation.id),
        "change": program().links.sign("change", f"{invitation.id}:{revision}"),
        "comment": comment,
    }
    return page("form", invitation, 409, token=token, given=given, faults={})


def _record(invitation: Invitation, form: AnswerForm) -> tuple[Outcome, Answer]:
    moment, rules = now(), program().facts.survey
    given = Given(
        ease=int(form.ease.data or ""),
        satisfaction=int(form.satisfaction.data or ""),
        comment=form.comment_text,
        contact_welcome=form.contact_welcome.data,
        language=page_language(invitation),
        flags=flags(
            invitation, form.opened_at or moment, moment, request.headers, form.characters_removed
        ),
    )
    with program().database.write() as tx:
        outcome, answer = record(
            tx,
            invitation,
            given,
            now=moment,
            week=week_of(moment, program().zone),
            wording_version=rules.wording_version,
            edit_window=timedelta(hours=rules.edit_window_hours),
            changes_revision=_revision_to_change(invitation, form.change.data),
        )
        if outcome is Outcome.STORED:
            program().low_answer_alerts.ring(tx, invitation, answer, moment)
    return outcome, answer


def _revision_to_change(invitation: Invitation, token: str | None) -> int | None:
    """Return the revision the customer was asked about on the page that brought `token`."""
    if not token:
        return None
    try:
        subject = program().links.read("change", token).subject
    except BadLinkError:
        return None
    invitation_id, _, revision = subject.partition(":")
    return int(revision) if invitation_id == invitation.id else None


def _thank(invitation: Invitation, token: str, answer: Answer, removed: bool) -> Response:
    rules = program().facts.survey
    note = {"removed": "1"} if removed else {}
    window = timedelta(hours=rules.edit_window_hours)
    may_add = now() < (invitation.answered_at or answer.answered_at) + window
    if answer.is_low(rules.low_threshold) and not answer.comment and may_add:
        key = program().links.sign("why", f"{invitation.id}:{answer.revision}")
        return see_other(address(token, "why", k=key, **note))
    return see_other(address(token, "thanks", **note))


def _takes_answers(invitation: Invitation, grace: timedelta) -> bool:
    return not invitation.superseded_at and now() < invitation.expires_at + grace


def may_change(invitation: Invitation) -> bool:
    """Return whether there is an answer whose edit window is open."""
    window = timedelta(hours=program().facts.survey.edit_window_hours)
    return invitation.answered_at is not None and now() <= invitation.answered_at + window
