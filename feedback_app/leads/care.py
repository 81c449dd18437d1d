"""Mark comments as "handle with care", and release them."""

from flask import Response, request
from wtforms import StringField
from wtforms.validators import AnyOf

from feedback_app.base.receivers import receivers_of
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.forms import checked
from feedback_app.leads.permissions import requires
from feedback_app.leads.reading import ShownAnswerForm, find_answer, page_before
from feedback_app.mail.notifications import CARE, queue_for_leads
from feedback_app.records import CARE_REASONS
from feedback_app.store import answer_marks, leads
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program


class _CareForm(ShownAnswerForm):
    reason = StringField(validators=[AnyOf(CARE_REASONS)])


@leads_pages.post("/answers/<invitation_id>/care")
def mark_care(invitation_id: str) -> Response:
    """Leave a comment out of meeting, minutes and exports, and alert the admins."""
    form, case = checked(_CareForm(request.form)), find_answer(invitation_id)
    with program().database.write() as tx:
        if case.has_comment and answer_marks.set_care(tx, case.invitation_id, form.reason.data):
            log_action(tx, f"handle with care: {form.reason.data}", case.case_number)
            # Never to chats: everyone there would learn that this comment needs care.
            receivers = receivers_of(program().settings.alert_urls)
            emails = [one.recipient for one in receivers if not one.is_chat]
            recipients = leads.admins_with_email(tx) or emails
            queue_for_leads(tx, CARE, recipients, now(), invitation_id=case.invitation_id)
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
