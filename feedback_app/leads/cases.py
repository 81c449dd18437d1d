"""The page of one closed case: its survey, sending it again, and correcting kind and team."""

from flask import Response, abort, request, url_for
from wtforms import StringField
from wtforms.validators import ValidationError

from feedback_app.base.addresses import ascii_address
from feedback_app.base.weeks import weeks_back
from feedback_app.intake.closed_case import MAX_TEXT
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import TypedLine, checked
from feedback_app.leads.pages import page, this_week
from feedback_app.leads.permissions import requires
from feedback_app.records import Invitation
from feedback_app.store import answered_cases, cases, closings, invitations
from feedback_app.survey import renewals
from feedback_app.survey.renewals import RenewalRefusedError
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program

# Teams of answers from these weeks are suggested.
_SUGGESTED_WEEKS = 4


class _SendForm(LeadsForm):
    """`address` is the corrected address, or the one that the page showed."""

    address = StringField()


class _CorrectForm(LeadsForm):
    """Case kind and team, which may be empty, and what the page showed: `was_kind`, `was_team`."""

    kind = StringField()
    was_kind = StringField()
    was_team = StringField()
    team = TypedLine(shortest=0, longest=MAX_TEXT)

    def validate_kind(self, field: StringField) -> None:
        # The case may have a kind that the facts no longer list.
        shown = self.was_kind.data or ""
        if (field.data or "") not in (
            "",
            shown,
            *(kind.key for kind in program().facts.case_kinds),
        ):
            raise ValidationError("kind")


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
        return _page(invitation, 409)
    corrected = address if address != invitation.contact_email else None
    try:
        with program().database.write() as tx:
            renewals.renew(program(), tx, invitation.id, "lead", now(), corrected)
            log_action(tx, "survey sent again", invitation.case_number)
    except RenewalRefusedError as error:
        return _page(_found(invitation_id), 409, refused=error.reason)
    return see_other(url_for("leads.show_case", invitation_id=invitation.id))


@leads_pages.post("/cases/<invitation_id>/correct")
def correct_case(invitation_id: str) -> Response:
    """Correct kind and team, which all figures then count. Published figures do not change.

    What the lead left as the page showed it stays as it is now: a colleague may have corrected it.
    """
    form, invitation = checked(_CorrectForm(request.form)), _found(invitation_id)
    with program().database.write() as tx:
        known = cases.kind_and_team(tx, invitation.case_ref)
        kind, team = form.kind.data, form.team.data
        mine = (
            known[0] if kind == form.was_kind.data else kind or None,
            known[1] if team == form.was_team.data else team or None,
        )
        if mine != known:
            cases.correct(tx, invitation.case_ref, *mine)
            change = f"{_named(known)} → {_named(mine)}"
            log_action(tx, "case corrected", f"{invitation.case_number}: {change}")
    return see_other(url_for("leads.show_case", invitation_id=invitation.id, corrected="y"))


def _named(kind_and_team: tuple[str | None, str | None]) -> str:
    return ", ".join(name or "–" for name in kind_and_team)


def _found(invitation_id: str) -> Invitation:
    return invitations.find(program().database, invitation_id) or abort(404)


def _page(invitation: Invitation, status: int = 200, **values: object) -> Response:
    database = program().database
    refused = renewals.refusal(program(), database, invitation)
    if not program().case_intake.we_send:
        refused = refused or "case_system"
    shown = {"typed": None, "refused": refused, **values}
    kind, team = cases.kind_and_team(database, invitation.case_ref)
    weeks = weeks_back(this_week(), _SUGGESTED_WEEKS)
    return page(
        "case",
        status,
        invitation=invitation,
        closing=closings.find(database, invitation.case_ref),
        state=invitation.state(now()),
        case_kind=kind,
        team=team,
        teams=answered_cases.filter_options(database, (weeks[0], weeks[-1]))["team"],
        is_corrected="corrected" in request.args,
        **shown,
    )
