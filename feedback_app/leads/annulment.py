"""Annul an answer with a reason, for example a test, and undo it."""

from flask import Response, abort, request, url_for

from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import TypedText, checked
from feedback_app.leads.reading import annullable_from, find_answer
from feedback_app.records import AnsweredCase
from feedback_app.store import annulments, answer_status
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program


class _AnnulForm(LeadsForm):
    """`text` is the reason."""

    text = TypedText()


@leads_pages.post("/answers/<invitation_id>/annul")
def annul(invitation_id: str) -> Response:
    """Leave an answer out of all figures. The reason becomes a note about it.

    Only after the customer can no longer change the answer.
    """
    form, case = checked(_AnnulForm(request.form)), find_answer(invitation_id)
    with program().database.write() as tx:
        if now() < annullable_from(case):
            abort(400)
        if annulments.annul(tx, case.invitation_id, now()):
            answer_status.add_note(tx, case.invitation_id, form.text.data or "", now())
            log_action(tx, "answer annulled", case.case_number)
    return _to(case)


@leads_pages.post("/answers/<invitation_id>/restore")
def restore(invitation_id: str) -> Response:
    """Count an annulled answer again."""
    case = find_answer(invitation_id)
    with program().database.write() as tx:
        if annulments.restore(tx, case.invitation_id, now()):
            log_action(tx, "annulment undone", case.case_number)
    return _to(case)


def _to(case: AnsweredCase) -> Response:
    return see_other(url_for("leads.show_answer", invitation_id=case.invitation_id))
