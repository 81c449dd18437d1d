"""Follow-ups: which customers to contact, by when, and the result."""

from datetime import date
from typing import Literal, NamedTuple, get_args
from urllib.parse import quote

from flask import Response, abort, request, url_for
from wtforms import DateField, HiddenField, StringField
from wtforms.validators import AnyOf, Optional

from feedback_app.base.language import choose
from feedback_app.base.text import isolated, one_line
from feedback_app.base.working_days import due_on
from feedback_app.database.contract import Transaction
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.cards import to_cards
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import (
    OwnerField,
    TypedText,
    checked,
    fingerprint,
    required_version,
)
from feedback_app.leads.pages import page
from feedback_app.leads.paging import paging
from feedback_app.leads.reading import check_revision
from feedback_app.leads.refusals import ConflictError
from feedback_app.leads.returned_form import ReturnedForm
from feedback_app.mail.message import subject_and_text
from feedback_app.records import (
    FOLLOW_UP_OUTCOMES,
    AnsweredCase,
    AnswerStatus,
    FollowUp,
    FollowUpOutcome,
)
from feedback_app.review.scores import lowest
from feedback_app.store import answer_status, answered_cases, follow_ups, invitations, leads
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program

_CLOSED_SHOWN = 50
_PRAISE = 4

Situation = Literal["apology", "thanks", "question"]


class FollowUpRow(NamedTuple):
    """A follow-up with its answer and what leads wrote about it."""

    follow_up: FollowUp
    case: AnsweredCase
    status: AnswerStatus


class EmailDraft(NamedTuple):
    """A draft email. `address` is None once the contact address is deleted."""

    language: str
    address: str | None
    subject: str
    body: str

    @property
    def link(self) -> str:
        """Return a mailto: URL that opens the draft in an email program."""
        # RFC 6068, section 5: line breaks are CR LF.
        body = quote(self.body.replace("\n", "\r\n"))
        address = quote(self.address or "", safe="@")
        return f"mailto:{address}?subject={quote(self.subject)}&body={body}"


class _CloseForm(LeadsForm):
    """`number` is the follow-up that the page showed, `revision` the answer."""

    number = required_version()
    revision = required_version()
    outcome = StringField(validators=[AnyOf(FOLLOW_UP_OUTCOMES)])
    remark = TypedText(shortest=0)


class _PlanForm(LeadsForm):
    """`seen` is the fingerprint of the plan that the page showed."""

    number = required_version()
    seen = HiddenField()
    owner = OwnerField()
    due_on = DateField(validators=[Optional()])


@leads_pages.get("/follow-ups")
def show_follow_ups() -> Response:
    """Show open follow-ups by due date, earliest first, and the recently closed ones."""
    database = program().database
    number = follow_ups.count_open(database)
    pages = paging(number)
    return page(
        "follow-ups",
        number_open=number,
        pages=pages,
        still_open=_rows(follow_ups.still_open(database, pages.per_page, pages.skipped)),
        closed=_rows(follow_ups.closed_last(database, _CLOSED_SHOWN)),
    )


@leads_pages.get("/follow-ups/<invitation_id>")
def show_follow_up(invitation_id: str) -> Response:
    """Show one follow-up with a draft email and the form that closes it."""
    case, (*earlier, follow_up) = _found(invitation_id)
    situations = situations_of(case, program().facts.survey.low_threshold)
    asked = request.args.get("draft")
    situation = next((one for one in situations if one == asked), situations[0])
    return page(
        "follow-up",
        follow_up=follow_up,
        earlier=earlier,
        case=case,
        status=answer_status.of_answer(program().database, case.invitation_id),
        situations=situations,
        situation=situation,
        draft=_draft(case, situation),
        next_working_day=_next_working_day(),
        seen=_seen(follow_up),
        outcomes=get_args(FollowUpOutcome),
    )


@leads_pages.post("/follow-ups/<invitation_id>/plan")
def plan_follow_up(invitation_id: str) -> Response:
    """Set who contacts the customer, and until when.

    Raises ConflictError if a colleague did so after the page was loaded.
    """
    case, _ = _found(invitation_id)
    form = checked(_PlanForm(request.form))
    due = _next_working_day() if "tomorrow" in request.form else form.due_on.data
    place = url_for("leads.show_follow_up", invitation_id=case.invitation_id)
    with program().database.write() as tx:
        tx.only_one(f"follow-up {case.invitation_id}")
        known = follow_ups.of_answer(tx, case.invitation_id)[-1]
        mine = (form.owner.data or "", due or known.due_on)
        if mine != (known.owner, known.due_on) or known.closed_at:
            if known.number != form.number.data or form.seen.data != _seen(known):
                theirs = f"{known.owner} · {known.due_on.isoformat()}".strip(" ·")
                newer: dict[str, int | str] = {"seen": _seen(known), "number": known.number}
                raise ConflictError("plan", place, newer=newer, theirs=[theirs])
            follow_ups.plan(tx, known, *mine)
            log_action(tx, "follow-up planned", case.case_number)
    return see_other(place)


@leads_pages.post("/follow-ups/<invitation_id>/close")
def close_follow_up(invitation_id: str) -> Response:
    """Close a follow-up with its outcome. The customer's survey link then shows "handled"."""
    case, _ = _found(invitation_id)
    form = checked(_CloseForm(request.form))
    outcome = next(one for one in FOLLOW_UP_OUTCOMES if one == form.outcome.data)
    remark, number = form.remark.data or "", form.number.data or 0
    discard = url_for("leads.show_follow_up", invitation_id=case.invitation_id)
    with program().database.write() as tx:
        check_revision(tx, case, form.revision.data or 0, discard)
        if follow_ups.close(tx, case.invitation_id, number, outcome, remark, now()):
            log_action(tx, "follow-up closed", case.case_number)
        else:
            _check_closed_alike(tx, case, number, (outcome, remark))
    return see_other(url_for("leads.show_follow_ups"))


def _check_closed_alike(
    tx: Transaction, case: AnsweredCase, number: int, mine: tuple[str, str]
) -> None:
    """Return if the follow-up is closed with the same result: the form was sent twice.

    Otherwise raises ConflictError, whose page offers to add my text as a note.
    """
    known = follow_ups.of_answer(tx, case.invitation_id)
    closed = next((one for one in known if one.number == number), None) or abort(404)
    if (closed.outcome, closed.remark) == mine or not closed.closed_at:
        return
    outcome, remark = mine
    raise ConflictError(
        "closed",
        url_for("leads.show_follow_up", invitation_id=case.invitation_id),
        newer={},
        form=_as_note(case, remark) if remark else None,
        by=leads.who_did(tx, "follow-up closed", case.case_number, closed.closed_at),
        closed=closed,
        mine=outcome,
    )


def _as_note(case: AnsweredCase, text: str) -> ReturnedForm:
    """Return a form that adds `text` as a note to the answer."""
    place = url_for("leads.add_note", invitation_id=case.invitation_id)
    return ReturnedForm(place, (("text", text), ("revision", str(case.revision))))


def _found(invitation_id: str) -> tuple[AnsweredCase, list[FollowUp]]:
    """Return an answer and its follow-ups, newest last. Abort with 404 if it has none."""
    case = answered_cases.find(program().database, invitation_id, now()) or abort(404)
    known = follow_ups.of_answer(program().database, case.invitation_id)
    return case, known or abort(404)


def _rows(found: list[FollowUp]) -> list[FollowUpRow]:
    cards = {card.case.invitation_id: card for card in to_cards(one.invitation_id for one in found)}
    return [
        FollowUpRow(one, *cards[one.invitation_id]) for one in found if one.invitation_id in cards
    ]


def situations_of(case: AnsweredCase, low_threshold: int) -> tuple[Situation, ...]:
    """Return which drafts suit an answer, the most suitable one first."""
    if case.is_low(low_threshold):
        return "apology", "question"
    return ("thanks", "question") if lowest(case) >= _PRAISE else ("question", "thanks")


def _seen(follow_up: FollowUp) -> str:
    return fingerprint(follow_up.owner, str(follow_up.due_on), bool(follow_up.closed_at))


def _next_working_day() -> date:
    return due_on(now(), 1, program().zone, program().facts.organisation.holidays)


def _draft(case: AnsweredCase, situation: Situation) -> EmailDraft:
    invitation = invitations.find(program().database, case.invitation_id)
    language = choose([case.language], program().facts.languages)
    values = {
        "case_number": isolated(one_line(case.case_number)),
        "facts": program().facts,
        "commented": case.has_comment,
        "situation": situation,
        "is_praise": lowest(case) >= _PRAISE,
        "welcome": bool(case.contact_welcome),
    }
    subject, body = subject_and_text(language, "follow-up", values)
    address = invitation.contact_email if invitation else None
    return EmailDraft(language=language, address=address, subject=subject, body=body)
