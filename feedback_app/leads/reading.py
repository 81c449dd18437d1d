"""The reading queue: read answers, open follow-ups."""

from datetime import datetime, timedelta

from flask import Response, abort, request, url_for
from wtforms import HiddenField

from feedback_app.base.text import clean
from feedback_app.database.contract import Transaction
from feedback_app.invitations import GRACE
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.cards import Card
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import (
    LONGEST_NUMBER,
    checked,
    required_version,
    seen_count,
)
from feedback_app.leads.pages import own_path, page
from feedback_app.leads.refusals import ConflictError, refuse
from feedback_app.leads.sessions import lead
from feedback_app.records import AnsweredCase
from feedback_app.store import (
    answer_status,
    answered_cases,
    answers,
    follow_ups,
    leads,
    reading_queue,
)
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program


class ShownAnswerForm(LeadsForm):
    """The fields of every form of an answer: the revision shown, and the page to go back to."""

    revision = required_version()
    back = HiddenField()


class _FollowUpForm(ShownAnswerForm):
    """`follow_ups` is the number of follow-ups that the page showed."""

    follow_ups = seen_count()


@leads_pages.get("/answers/<invitation_id>")
def show_answer(invitation_id: str) -> Response:
    """Show one answer. Alerts link here."""
    return answer_page(find_answer(invitation_id))


@leads_pages.post("/answers/<invitation_id>/read")
def mark_read(invitation_id: str) -> Response:
    """Mark the revision that the page showed as read."""
    form = checked(ShownAnswerForm(request.form))
    case = find_answer(invitation_id)
    with program().database.write() as tx:
        _read_as_shown(tx, form, case)
    return see_other(page_before(form, case))


@leads_pages.post("/read")
def mark_all_read() -> Response:
    """Mark the listed revisions as read. Answers that customers changed since stay unread."""
    listed = listed_answers()
    with program().database.write() as tx:
        is_read = [
            reading_queue.mark_read(tx, invitation_id, revision, now())
            for invitation_id, revision in listed
        ]
        if listed:
            _note_reading(tx, find_answer(listed[0][0]))
    if not all(is_read):
        return refuse(409, "changed", count=is_read.count(False))
    return see_other(own_path(request.form.get("back")) or url_for("leads.show_unread"))


@leads_pages.post("/answers/<invitation_id>/follow-up")
def open_follow_up(invitation_id: str) -> Response:
    """Open a follow-up and mark the answer as read."""
    form = checked(_FollowUpForm(request.form))
    case = find_answer(invitation_id)
    with program().database.write() as tx:
        _read_as_shown(tx, form, case)
        _check_not_followed_up(tx, form, case)
        due = program().follow_up_due(now())
        if follow_ups.open_for(tx, case.invitation_id, now(), due):
            log_action(tx, "follow-up opened", case.case_number)
    return see_other(page_before(form, case))


def listed_answers() -> list[tuple[str, int]]:
    """Return the (invitation, revision) pairs listed in the form as `answer`.

    Abort with 404 if an answer does not exist, and with 400 if a revision is not a number.
    """
    seen = []
    # One field lists all of them, because the number of fields of a form is limited.
    for listed in clean(" ".join(request.form.getlist("answer"))).split():
        invitation_id, _, revision = listed.partition(":")
        if not revision.isascii() or not revision.isdecimal() or len(revision) > LONGEST_NUMBER:
            abort(400)
        seen.append((invitation_id, int(revision)))
    if not answers.all_exist(program().database, {invitation_id for invitation_id, _ in seen}):
        abort(404)
    # A fixed order prevents deadlocks between two leads who mark the same answers.
    return sorted(seen)


def find_answer(invitation_id: str) -> AnsweredCase:
    """Return an answered case. Abort with 404 if there is no such answer.

    Leads see comments that need care here, and readers do not.
    """
    who = lead()
    care_too = bool(who and who.may("lead"))
    case = answered_cases.find(program().database, invitation_id, now(), care_too=care_too)
    return case or abort(404)


def answer_page(case: AnsweredCase, status: int = 200, **values: object) -> Response:
    """Return the page of one answer."""
    shown = {"annullable_from": annullable_from(case), **values}
    return page("one-answer", status, card=card_of(case), **shown)


def annullable_from(case: AnsweredCase) -> datetime:
    """Return when the customer can certainly no longer change the answer."""
    edit_window = timedelta(hours=program().facts.survey.edit_window_hours)
    return (case.answered_at or now()) + edit_window + GRACE


def card_of(case: AnsweredCase) -> Card:
    """Return an answer with its status. Abort with 404 if it was erased in the meantime."""
    status = answer_status.of_answer(program().database, case.invitation_id)
    return Card(case, status or abort(404))


def page_before(form: LeadsForm, case: AnsweredCase) -> str:
    """Return the path of the page that the form was on, by default the page of the answer."""
    answer = url_for("leads.show_answer", invitation_id=case.invitation_id)
    return own_path(form["back"].data) or answer


def check_revision(tx: Transaction, case: AnsweredCase, seen: int, discard: str) -> None:
    """Raise ConflictError if the customer changed the answer after revision `seen`."""
    newest = answers.revisions(tx, case.invitation_id)[-1].revision
    if newest > seen:
        raise ConflictError(
            "answer", discard, newer={"revision": newest}, invitation_id=case.invitation_id
        )


def _read_as_shown(tx: Transaction, form: ShownAnswerForm, case: AnsweredCase) -> None:
    """Mark the answer as read. Raises ConflictError if the customer changed it since."""
    seen = form.revision.data or 0
    check_revision(tx, case, seen, page_before(form, case))
    reading_queue.mark_read(tx, case.invitation_id, seen, now())
    _note_reading(tx, case)


def _note_reading(tx: Transaction, case: AnsweredCase) -> None:
    """Record that the lead reads the week of this answer, so that colleagues see it."""
    who = lead()
    if who and case.answered_week:
        leads.note_reading(tx, who.name, case.answered_week, now())


def _check_not_followed_up(tx: Transaction, form: _FollowUpForm, case: AnsweredCase) -> None:
    """Raise ConflictError if a follow-up was opened and closed after the page was loaded."""
    known = follow_ups.of_answer(tx, case.invitation_id)
    closed_at = known[-1].closed_at if len(known) > (form.follow_ups.data or 0) else None
    if closed_at:
        raise ConflictError(
            "followed-up",
            page_before(form, case),
            newer={"follow_ups": len(known)},
            by=leads.who_did(tx, "follow-up closed", case.case_number, closed_at),
            closed=known[-1],
        )
