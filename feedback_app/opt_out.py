"""Objecting to surveys: a link in every closure mail, confirmed by POST (RFC 8058)."""

from flask import Blueprint, Response, request

from feedback_app.links import BadLinkError
from feedback_app.records import Invitation
from feedback_app.requests import now, wiring
from feedback_app.store import invitations, opt_outs
from feedback_app.survey_pages import page, protect

opt_out = Blueprint("opt_out", __name__, url_prefix="/o")
opt_out.after_request(protect)
ASK_AGAIN = "ask again"


@opt_out.get("/<token>")
def show(token: str) -> Response:
    """Show whether this address is asked, and a button to change that. Nothing is written."""
    invitation = _invitation(token)
    if not invitation:
        return page("unknown", status=404)
    return _page(invitation)


@opt_out.post("/<token>")
def change(token: str) -> Response:
    """Ask this address no more; or ask it again, if the page's second button was pressed.

    A mail program sends this without opening the page, so no page value is asked for.
    """
    invitation = _invitation(token)
    if not invitation:
        return page("unknown", status=404)
    if invitation.contact_email:
        with wiring().database.write() as tx:
            if request.form.get("wish") == ASK_AGAIN:
                opt_outs.remove(tx, invitation.contact_email)
            else:
                opt_outs.add(tx, invitation.contact_email, now())
    return _page(invitation)


def _page(invitation: Invitation) -> Response:
    address = invitation.contact_email
    opted_out = address is None or opt_outs.holds(wiring().database, address)
    return page("opt-out", invitation, opted_out=opted_out, known=address is not None)


def _invitation(token: str) -> Invitation | None:
    try:
        invitation_id = wiring().links.read("opt-out", token).subject
    except BadLinkError:
        return None
    return invitations.find(wiring().database, invitation_id)
