"""Objecting to surveys: a link in every closure mail, confirmed by POST (RFC 8058)."""

from typing import NamedTuple

from flask import Blueprint, Response, abort, request

from feedback_app.base.links import BadLinkError
from feedback_app.records import Invitation
from feedback_app.store import invitations, opt_outs
from feedback_app.survey.pages import page
from feedback_app.web.headers import protect_page
from feedback_app.web.limits import body_too_large
from feedback_app.web.request import now, program

opt_out = Blueprint("opt_out", __name__, url_prefix="/o")
opt_out.after_request(protect_page)
STOP, ASK_AGAIN = "stop", "ask again"


class _Contact(NamedTuple):
    """Whom a link was made for; `digest` is of the mail address, None when nobody knows it."""

    invitation: Invitation
    digest: str | None


@opt_out.get("/<token>")
def show(token: str) -> Response:
    """Show whether this address is asked, and a button to change that. Nothing is written."""
    contact = _contact(token)
    if not contact:
        return page("unknown", status=404, comment="")
    return _page(contact)


@opt_out.post("/<token>")
def change(token: str) -> Response:
    """Ask this address no more, or again, as the box on the page or the mail program says.

    A mail program sends this without opening the page, so no page value is asked for. A button
    pressed with the box unticked changes nothing.
    """
    contact = _contact(token)
    if not contact:
        return page("unknown", status=404, comment="")
    if body_too_large():
        abort(413)
    wish = _wish()
    if not wish:
        return _page(contact, not_ticked=True, status=422)
    if contact.digest:
        with program().database.write() as tx:
            if wish == STOP:
                opt_outs.add_digest(tx, contact.digest, now())
            else:
                opt_outs.remove_digest(tx, contact.digest)
    return _page(contact)


def _wish() -> str | None:
    if request.form.get("List-Unsubscribe") == "One-Click":
        return STOP
    wish = request.form.get("wish")
    return wish if wish in (STOP, ASK_AGAIN) else None


def _page(contact: _Contact, not_ticked: bool = False, status: int = 200) -> Response:
    if not contact.digest:
        return page("opt-out", contact.invitation, 410, known=False)
    return page(
        "opt-out",
        contact.invitation,
        status,
        known=True,
        opted_out=opt_outs.holds_digest(program().database, contact.digest),
        not_ticked=not_ticked,
    )


def _contact(token: str) -> _Contact | None:
    try:
        subject = program().links.read("opt-out", token).subject
    except BadLinkError:
        return None
    invitation_id, _, digest = subject.partition(":")
    invitation = invitations.find(program().database, invitation_id)
    if not invitation:
        return None
    # Links that were made before they brought the digest are still in people's mail.
    address = invitation.contact_email
    return _Contact(invitation, digest or (opt_outs.digest_of(address) if address else None))
