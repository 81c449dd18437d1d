"""Notes about answers, for the meeting: add, change and delete them."""

from flask import Response, abort, request
from wtforms import HiddenField

from feedback_app.base.text import clean
from feedback_app.database.contract import Transaction
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import TypedText, checked
from feedback_app.leads.reading import (
    ShownAnswerForm,
    check_revision,
    find_answer,
    page_before,
)
from feedback_app.leads.refusals import ConflictError
from feedback_app.records import AnsweredCase, Note
from feedback_app.store import answer_status
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program


class _NoteForm(ShownAnswerForm):
    text = TypedText()


class _ChangeForm(LeadsForm):
    """`was` is the note that the page showed."""

    text = TypedText()
    was = HiddenField(filters=[lambda sent: clean(sent or "").strip()])
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
