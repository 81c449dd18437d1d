"""The page of one closed case: what happened to its survey, and sending it again."""

from flask import Response, abort, request, url_for
from wtforms import StringField

from feedback_app.base.addresses import ascii_address
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.pages import page
from feedback_app.leads.permissions import requires
from feedback_app.records import Invitation
from feedback_app.store import closings, invitations
from feedback_app.survey import renewals
from feedback_app.survey.renewals import RenewalRefusedError
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program


class _SendForm(LeadsForm):
    """`address` is the corrected address, or the one that the page showed."""

    address = StringField()


@leads_pages.get("/cases/<invitation_id>")
@requires("lead")
def show_case(invitation_id: str) -> Response:
    """Show what happened to the survey of a closed case."""
    return _page(_found(invitation_id))


@leads_pages.post("/cases/<invitation_id>/send")
def send_again(invitation_id: str) -> Response:
    """Send the survey again, to a corrected address if the lead typed one."""
    invitation = _found(invitation_id)
    typed = (_SendForm(request.form).address.data or "").strip()
    address = ascii_address(typed)
    if typed and not address:
        return _page(invitation, 422, typed=typed)
    if not program().case_intake.we_send:
        abort(400)
    corrected = address if address != invitation.contact_email else None
    try:
        with program().database.write() as tx:
            renewals.renew(program(), tx, invitation.id, "lead", now(), corrected)
            log_action(tx, "survey sent again", invitation.case_number)
    except RenewalRefusedError as error:
        return _page(_found(invitation_id), 409, refused=error.reason)
    return see_other(url_for("leads.show_case", invitation_id=invitation.id))


def _found(invitation_id: str) -> Invitation:
    return invitations.find(program().database, invitation_id) or abort(404)


def _page(invitation: Invitation, status: int = 200, **values: object) -> Response:
    database = program().database
    refused = renewals.refusal(program(), database, invitation)
    if not program().case_intake.we_send:
        refused = refused or "case_system"
    shown = {"typed": None, "refused": refused, **values}
    return page(
        "case",
        status,
        invitation=invitation,
        closing=closings.find(database, invitation.case_ref),
        state=invitation.state(now()),
        **shown,
    )
