"""Pages for a link whose survey is answered: progress of the answer, and "keep or change?"."""

from datetime import datetime, timedelta

from flask import Response

from feedback_app.publish.counted import counted_in
from feedback_app.records import Invitation
from feedback_app.store import annulments, answers, progress
from feedback_app.survey.pages import BLANK, new_page_token, page, sign_revision
from feedback_app.survey.protocol import Outcome
from feedback_app.web.request import now, program


def edit_window() -> timedelta:
    """Return how long after the first revision an answer can be changed."""
    return timedelta(hours=program().facts.survey.edit_window_hours)


def may_change(invitation: Invitation) -> bool:
    """Return whether there is an answer and its edit window is open."""
    deadline = _change_deadline(invitation)
    return deadline is not None and now() < deadline


def _change_deadline(invitation: Invitation) -> datetime | None:
    return invitation.answered_at and invitation.answered_at + edit_window()


def status_page(
    invitation: Invitation, token: str, status: int = 200, comment: str = ""
) -> Response:
    """Show the progress of the answer, but not the answer itself.

    `comment` was submitted too late; it is shown so that the customer can copy it.
    """
    return page(
        "status",
        invitation,
        status,
        token=token,
        answered_at=invitation.answered_at,
        progress=progress.of_answer(program().database, invitation.id),
        counted=counted_in(program().database, program().settings.results, invitation.id),
        annulled_at=annulments.annulled_at(program().database, invitation.id),
        changeable_until=_change_deadline(invitation) if may_change(invitation) else None,
        comment=comment,
    )


def keep_or_change_page(invitation: Invitation, token: str, comment: str = "") -> Response:
    """Ask whether to keep or change the answer, on an empty form with only `comment` filled in.

    The form does not show the answer, because the link may have been forwarded.
    """
    revision = answers.revisions(program().database, invitation.id)[-1].revision
    given = {
        **BLANK,
        "page": new_page_token(invitation),
        "change": sign_revision("change", invitation, revision),
        "comment": comment,
    }
    return page("form", invitation, 409, token=token, given=given, faults={})


def not_stored_page(
    outcome: Outcome, invitation: Invitation, token: str, comment: str
) -> Response | None:
    """Return the page for a submission that conflicts with the answer, or None if there is none."""
    if outcome is Outcome.TOO_LATE:
        return status_page(invitation, token, 409, comment)
    if outcome is Outcome.CONFLICT:
        return keep_or_change_page(invitation, token, comment)
    return None
