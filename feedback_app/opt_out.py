"""Objecting to surveys: a link in every closure mail, confirmed by POST (RFC 8058)."""

from flask import Blueprint, Response, request

from feedback_app.links import BadLinkError
from feedback_app.records import Invitation
from feedback_app.requests import now, wiring
from feedback_app.store import invitations, opt_outs
from feedback_app.survey_pages import page, protect

opt_out = Blueprint("opt_out", __name__, url_prefix="/o")
opt_out.after_request(protect)
STOP, ASK_AGAIN = "stop", "ask again"


@opt_out.get("/<token>")
def show(token: str) -> Response:
    """Show whether this address is asked, and a button to change that. Nothing is written."""
    invitation = _invitation(token)
    if not invitation:
        return page("unknown", status=404)
    return _page(invitation)


@opt_out.post("/<token>")
def change(token: str) -> Response:
    """Ask this address no more, or again, as the box on the page or the mail program says.

    A mail program sends this without opening the page, so no page value is asked for. A button
    pressed with the box unticked changes nothing.
    """
    invitation = _invitation(token)
    if not invitation:
        return page("unknown", status=404)
    wish = _wish()
    if not wish:
        return _page(invitation, not_ticked=True, status=422)
    if invitation.contact_email:
        with wiring().database.write() as tx:
            if wish == STOP:
                opt_outs.add(tx, invitation.contact_email, now())
            else:
                opt_outs.remove(tx, invitation.contact_email)
    return _page(invitation)


def _wish() -> str | None:
    if request.form.get("List-Unsubscribe") == "One-Click":
        return STOP
    wish = request.form.get("wish")
    return wish if wish in (STOP, ASK_AGAIN) else None


def _page(invitation: Invitation, not_ticked: bool = False, status: int = 200) -> Response:
    address = invitation.contact_email
    opted_out = address is None or opt_outs.holds(wiring().database, address)
    return page(
        "opt-out",
        invitation,
        status,
        opted_out=opted_out,
        known=address is not None,
        not_ticked=not_ticked,
    )


def _invitation(token: str) -> Invitation | None:
    try:
        invitation_id = wiring().links.read("opt-out", token).subject
    except BadLinkError:
        return None
    return invitations.find(wiring().database, invitation_id)
