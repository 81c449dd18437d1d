"""The decisions of all meetings: what is open, who does it, until when; and what was done."""

from flask import Response, abort, request, url_for
from wtforms import DateField, HiddenField
from wtforms.validators import Optional

from feedback_app.base.text import clean
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import OwnerField, TypedText, checked, fingerprint
from feedback_app.leads.pages import own_path, page
from feedback_app.leads.paging import paging
from feedback_app.leads.refusals import ConflictError
from feedback_app.records import Decision
from feedback_app.store import decisions
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program

_DONE_SHOWN = 50
_MOST_TICKED = 200


class _ChangeForm(LeadsForm):
    """What is decided, who does it, and until when. Owner and due date may be empty.

    `seen` is the fingerprint of the decision that the page showed.
    """

    text = TypedText()
    owner = OwnerField()
    due_on = DateField(validators=[Optional()])
    seen = HiddenField()


@leads_pages.get("/decisions")
def show_decisions() -> Response:
    """Show the open decisions by due date, earliest first, and those done last."""
    database = program().database
    number = decisions.count_open(database)
    pages = paging(number)
    return page(
        "decisions",
        number_open=number,
        pages=pages,
        still_open=decisions.still_open(database, limit=pages.per_page, skipped=pages.skipped),
        done=decisions.done_last(database, _DONE_SHOWN),
        seen=seen,
    )


@leads_pages.post("/decisions/done")
def mark_decisions() -> Response:
    """Mark the ticked decisions as done, or open one of them again."""
    ids = list(map(clean, request.form.getlist("decision")[:_MOST_TICKED]))
    reopened = clean(request.form.get("reopen", ""))
    with program().database.write() as tx:
        if reopened and decisions.reopen(tx, reopened):
            log_action(tx, "decision reopened", "1")
        if ids and decisions.mark_done(tx, ids, now()):
            log_action(tx, "decision done", str(len(ids)))
    return see_other(own_path(request.form.get("back")) or url_for("leads.show_decisions"))


@leads_pages.post("/decisions/<decision_id>")
def change_decision(decision_id: str) -> Response:
    """Change text, owner and due date of a decision, or delete it.

    Raises ConflictError if a colleague changed it after the page was loaded.
    """
    form = checked(_ChangeForm(request.form))
    mine = (form.text.data or "", form.owner.data or "", form.due_on.data)
    is_deleted = "delete" in request.form
    with program().database.write() as tx:
        tx.only_one(f"decision {decision_id}")
        known = decisions.find(tx, decision_id)
        if known is None and not is_deleted:
            abort(404)
        if known and mine != (known.text, known.owner, known.due_on):
            if form.seen.data != seen(known):
                raise _conflict(known)
            if not is_deleted:
                decisions.change(tx, decision_id, *mine)
                log_action(tx, "decision changed", known.week)
        if known and is_deleted:
            decisions.delete(tx, decision_id)
            log_action(tx, "decision withdrawn", known.week)
    return see_other(own_path(request.form.get("back")) or url_for("leads.show_decisions"))


def seen(decision: Decision) -> str:
    """Return the fingerprint of what a page shows of a decision."""
    return fingerprint(decision.text, decision.owner, str(decision.due_on))


def _conflict(known: Decision) -> ConflictError:
    due_on = known.due_on.isoformat() if known.due_on else ""
    shown = " · ".join(part for part in (known.text, known.owner, due_on) if part)
    return ConflictError(
        "decision", url_for("leads.show_decisions"), newer={"seen": seen(known)}, theirs=[shown]
    )
