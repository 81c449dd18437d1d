"""What leads add to an answer: notes for the meeting, an annulment, and "handle with care"."""

from flask import Response, abort, request, url_for
from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf

from feedback_app.base.receivers import receivers_of
from feedback_app.database.contract import Transaction
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import TypedText, checked, stripped
from feedback_app.leads.permissions import requires
from feedback_app.leads.reading import (
    ShownAnswerForm,
    annullable_from,
    check_revision,
    find_answer,
    page_before,
)
from feedback_app.leads.refusals import ConflictError
from feedback_app.mail.notifications import CARE, queue_for_leads
from feedback_app.records import CARE_REASONS, AnsweredCase, Note
from feedback_app.store import annulments, answer_marks, answer_status, leads
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program


class _NoteForm(ShownAnswerForm):
    text = TypedText()


class _ChangeForm(LeadsForm):
    """`was` is the note that the page showed."""

    text = TypedText()
    was = HiddenField(filters=[stripped])
    back = HiddenField()


@leads_pages.post("/answers/<invitation_id>/note")
def add_note(invitation_id: str) -> Response:
    """Add a note for the meeting. The same text again changes nothing: the form was sent twice."""
    form = checked(_NoteForm(request.form))
    case, text = find_answer(invitation_id), form.text.data or ""
    back = page_before(form, case)
    with program().database.write() as tx:
        check_revision(tx, case, form.revision.data or 0, back)
        tx.only_one(f"notes {case.invitation_id}")
        if text not in [note.text for note in _notes(tx, case)]:
            answer_status.add_note(tx, case.invitation_id, text, now())
            log_action(tx, "note", case.case_number)
    return see_other(back)


@leads_pages.post("/answers/<invitation_id>/notes/<note_id>")
def change_note(invitation_id: str, note_id: str) -> Response:
    """Change or delete a note. Raises ConflictError if a colleague changed it since."""
    form, case = checked(_ChangeForm(request.form)), find_answer(invitation_id)
    is_deleted, text = "delete" in request.form, form.text.data or ""
    with program().database.write() as tx:
        tx.only_one(f"notes {case.invitation_id}")
        known = next((one for one in _notes(tx, case) if one.id == note_id), None)
        if known is None and not is_deleted:
            abort(404)
        if known and (is_deleted or known.text != text):
            if known.text != form.was.data:
                kind = "note-deleted" if is_deleted else "note"
                place = page_before(form, case)
                raise ConflictError(kind, place, newer={"was": known.text}, theirs=[known.text])
            if is_deleted:
                answer_status.delete_note(tx, note_id)
                log_action(tx, "note deleted", case.case_number)
            else:
                answer_status.change_note(tx, note_id, text)
                log_action(tx, "note changed", case.case_number)
    return see_other(page_before(form, case))


def _notes(tx: Transaction, case: AnsweredCase) -> tuple[Note, ...]:
    status = answer_status.of_answer(tx, case.invitation_id)
    return status.notes if status else ()


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
    return see_other(url_for("leads.show_answer", invitation_id=case.invitation_id))


@leads_pages.post("/answers/<invitation_id>/restore")
def restore(invitation_id: str) -> Response:
    """Count an annulled answer again."""
    case = find_answer(invitation_id)
    with program().database.write() as tx:
        if annulments.restore(tx, case.invitation_id, now()):
            log_action(tx, "annulment undone", case.case_number)
    return see_other(url_for("leads.show_answer", invitation_id=case.invitation_id))


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
