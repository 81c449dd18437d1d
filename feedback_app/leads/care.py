"""Mark comments as "handle with care", and release them."""

from flask import Response, request
from wtforms import StringField
from wtforms.validators import AnyOf

from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.forms import checked
from feedback_app.leads.permissions import requires
from feedback_app.leads.reading import ShownAnswerForm, find_answer, page_before
from feedback_app.mail.notifications import CARE
from feedback_app.records import CARE_REASONS
from feedback_app.store import answer_marks, leads
from feedback_app.survey.low_answers import alert_leads
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program
from support_facts import is_email_address


class _CareForm(ShownAnswerForm):
    reason = StringField(validators=[AnyOf(CARE_REASONS)])


@leads_pages.post("/answers/<invitation_id>/care")
def mark_care(invitation_id: str) -> Response:
    """Leave a comment out of meeting, minutes and exports, and alert the admins."""
    form, case = checked(_CareForm(request.form)), find_answer(invitation_id)
    with program().database.write() as tx:
        if case.has_comment and answer_marks.set_care(tx, case.invitation_id, form.reason.data):
            log_action(tx, f"handle with care: {form.reason.data}", case.case_number)
            admins = [
                lead.name
                for lead in leads.all_leads(tx)
                if lead.may("admin") and is_email_address(lead.name)
            ]
            alert_leads(program(), tx, CARE, case.invitation_id, now(), admins)
    return see_other(page_before(form, case))


@leads_pages.post("/answers/<invitation_id>/release")
@requires("admin")
def release(invitation_id: str) -> Response:
    """Show a comment everywhere again."""
    form, case = checked(ShownAnswerForm(request.form)), find_answer(invitation_id)
    with program().database.write() as tx:
        if answer_marks.set_care(tx, case.invitation_id, None):
            log_action(tx, "comment released", case.case_number)
    return see_other(page_before(form, case))
