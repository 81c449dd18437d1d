"""Redact words in the texts about an answer: first shown, then removed permanently."""

from flask import Response, request
from wtforms import BooleanField, HiddenField

from feedback_app.base.redaction import WantedWords, find, marked
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import TypedLine, checked, fingerprint
from feedback_app.leads.pages import own_path, page
from feedback_app.leads.reading import answer_page, find_answer, page_before
from feedback_app.records import AnsweredCase
from feedback_app.store import answer_texts, answers
from feedback_app.store.answer_texts import AnswerText
from feedback_app.web.pages import see_other
from feedback_app.web.request import program


class _RedactForm(LeadsForm):
    """`seen` is the fingerprint of the texts that the preview showed."""

    words = TypedLine(shortest=2, longest=200)
    inside = BooleanField()
    seen = HiddenField()
    back = HiddenField()

    @property
    def wanted(self) -> WantedWords:
        return WantedWords(self.words.data or "", bool(self.inside.data))


@leads_pages.post("/answers/<invitation_id>/redact/preview")
def preview_redaction(invitation_id: str) -> Response:
    """Show what a redaction would remove; nothing is changed."""
    form = checked(_RedactForm(request.form))
    case = find_answer(invitation_id)
    return _preview(form, case, answer_texts.of_answer(program().database, case.invitation_id))


@leads_pages.post("/answers/<invitation_id>/redact")
def redact(invitation_id: str) -> Response:
    """Redact words permanently. The audit log does not contain the words.

    If a text was changed since the preview, the preview is shown again.
    """
    form = checked(_RedactForm(request.form))
    case = find_answer(invitation_id)
    with program().database.write() as tx:
        answers.lock(tx, case.invitation_id)
        texts = answer_texts.of_answer(tx, case.invitation_id)
        is_seen = form.seen.data == fingerprint(texts)
        if is_seen and answer_texts.redact(tx, case.invitation_id, form.wanted):
            log_action(tx, "comment redacted", case.case_number)
    return see_other(page_before(form, case)) if is_seen else _preview(form, case, texts)


def _preview(form: _RedactForm, case: AnsweredCase, texts: list[AnswerText]) -> Response:
    found = [one for one in texts if find(one.text, form.wanted)]
    if not found:
        back = own_path(form.back.data)
        return answer_page(case, 422, missed=form.wanted.text, back=back)
    return page(
        "redact",
        409 if form.seen.data else 200,
        case=case,
        found=[(one, marked(one.text, form.wanted)) for one in found],
        is_in_comment=any((one.kind, one.key) == ("comment", str(case.revision)) for one in found),
        wanted=form.wanted,
        seen=fingerprint(texts),
        is_changed=bool(form.seen.data),
        back=page_before(form, case),
    )
