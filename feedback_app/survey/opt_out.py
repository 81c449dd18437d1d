"""Opting out of surveys: a link in every closure email, confirmed by POST (RFC 8058)."""

from typing import NamedTuple

from flask import Blueprint, Response, request

from feedback_app.base.links import BadLinkError, split_token
from feedback_app.records import Invitation
from feedback_app.store import invitations, opt_outs
from feedback_app.survey.pages import page
from feedback_app.web.headers import protect_page
from feedback_app.web.request import now, program

opt_out = Blueprint("opt_out", __name__, url_prefix="/o")
opt_out.after_request(protect_page)
OPT_OUT, OPT_IN = "stop", "ask again"


class _Contact(NamedTuple):
    """The customer of a link; `digest` is of their email address, None if it was erased.

    `invitation` is None if a restored backup does not contain it.
    """

    invitation: Invitation | None
    digest: str | None


@opt_out.get("/<token>")
def show(token: str) -> Response:
    """Show whether this address gets surveys, with a button to change it; writes nothing."""
    contact = _contact(token)
    return _page(contact) if contact else _unknown(token)


@opt_out.post("/<token>")
def change(token: str) -> Response:
    """Opt this address out or in, as chosen on the page or by the email program.

    An email program posts without opening the page, so no page token is required. Without a
    ticked box, nothing changes.
    """
    contact = _contact(token)
    if not contact:
        return _unknown(token)
    choice = _choice()
    if not choice:
        return _page(contact, not_ticked=True, status=422)
    if contact.digest:
        with program().database.write() as tx:
            if choice == OPT_OUT:
                opt_outs.add_digest(tx, contact.digest, now())
            else:
                opt_outs.remove_digest(tx, contact.digest)
    return _page(contact)


def _choice() -> str | None:
    if request.form.get("List-Unsubscribe") == "One-Click":
        return OPT_OUT
    choice = request.form.get("wish")
    return choice if choice in (OPT_OUT, OPT_IN) else None


def _unknown(token: str) -> Response:
    state = "unknown" if split_token(token)[0] else "cut"
    return page("link", status=404, state=state, opting_out=True, comment="")


def _page(contact: _Contact, not_ticked: bool = False, status: int = 200) -> Response:
    if not contact.digest:
        return page("opt-out", contact.invitation, 410, known=False)
    return page(
        "opt-out",
        contact.invitation,
        status,
        known=True,
        opted_out=opt_outs.is_digest_opted_out(program().database, contact.digest),
        not_ticked=not_ticked,
    )


def _contact(token: str) -> _Contact | None:
    try:
        subject = program().opt_out_subject(token)
    except BadLinkError:
        return None
    invitation_id, _, digest = subject.partition(":")
    invitation = invitations.find(program().database, invitation_id)
    # The first links did not contain the digest, and customers still have them.
    if not (invitation or digest):
        return None
    address = invitation.contact_email if invitation else None
    return _Contact(invitation, digest or (opt_outs.digest_of(address) if address else None))
