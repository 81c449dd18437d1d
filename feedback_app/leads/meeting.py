"""The meeting: open decisions, the agenda, answers one by one, and minutes saved while typed."""

from datetime import datetime
from typing import Any

from flask import Response, abort, jsonify, request, url_for
from wtforms import DateField, HiddenField
from wtforms.validators import Optional

from feedback_app.base.text import clean
from feedback_app.base.times import from_text, to_text
from feedback_app.database.contract import Transaction
from feedback_app.leads.agenda import PRAISE, Agenda, agenda_of
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.cards import for_screen, to_cards
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.decisions import seen as seen_decision
from feedback_app.leads.forms import OwnerField, TypedText, checked, fingerprint
from feedback_app.leads.pages import page, this_week
from feedback_app.leads.reading import find_answer, listed_answers
from feedback_app.leads.refusals import ConflictError
from feedback_app.leads.week import figures_of
from feedback_app.records import Meeting
from feedback_app.store import agendas, decisions, meetings, reading_queue
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program


class _StepForm(LeadsForm):
    """The form around a step: every button saves the minutes and the decision that were typed.

    `go` is the step to go to. `invitation` is the answer of the step, or "" for the meeting in
    general; `seen` is the fingerprint of the minutes that the page showed.
    """

    invitation = HiddenField()
    step = HiddenField()
    go = HiddenField()
    seen = HiddenField()
    minutes = TypedText(shortest=0)
    text = TypedText(shortest=0)
    owner = OwnerField()
    due_on = DateField(validators=[Optional()])


@leads_pages.get("/<week:week>/meeting")
def show_meeting(week: str) -> Response:
    """Show one step: open decisions and the agenda, then an answer each, then the end."""
    database = program().database
    meeting = meetings.of_week(database, week)
    agenda, left_over = _agenda(meeting)
    slides = agenda.slides
    last = len(slides) + 1
    step = min(max(request.args.get("step", 0, type=int), 0), last)
    shown: dict[str, Any] = {}
    if step == 0:
        shown["review"] = figures_of(week, "answers")
        shown["still_open"] = decisions.still_open(database, week)
    card = slides[step - 1] if 0 < step < last else None
    about = card.case.invitation_id if card else meetings.IN_GENERAL
    return page(
        "meeting",
        week=week,
        meeting=meeting,
        agenda=agenda,
        slides=slides,
        not_shown=reading_queue.count_undiscussed(database, week) - left_over,
        step=step,
        last=last,
        card=card,
        about=about,
        counted_at=to_text(now()),
        seen=fingerprint(meeting.minutes_about(about)),
        seen_decision=seen_decision,
        **shown,
    )


@leads_pages.post("/<week:week>/meeting/agenda")
def choose_agenda(week: str) -> Response:
    """Save which of the listed answers are discussed, and go to a step.

    What the lead did not change stays as a colleague chose it meanwhile.
    """
    week = _begun_week(week)
    listed, was, ticked = (_ids(name) for name in ("listed", "was", "pick"))
    with program().database.write() as tx:
        for chosen, mine in ((True, ticked), (False, listed - ticked)):
            changed = (ticked ^ was) & listed & mine
            meetings.choose(tx, week, sorted(changed), chosen, now())
            meetings.choose(tx, week, sorted((mine & listed) - changed), chosen, now(), keep=True)
    return _to_step(week, request.form.get("go"))


@leads_pages.post("/<week:week>/meeting/step")
def save_step(week: str) -> Response:
    """Save the minutes and the decision of a step, and go to another one.

    The page also sends the minutes alone while they are typed. It asks for JSON then and gets the
    fingerprint for the next time.
    """
    week = _begun_week(week)
    form = checked(_StepForm(request.form))
    with program().database.write() as tx:
        _save_step(tx, week, form)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(seen=fingerprint(form.minutes.data or ""))
    return _to_step(week, form.go.data or form.step.data)


@leads_pages.post("/<week:week>/meeting/end")
def end_meeting(week: str) -> Response:
    """End the meeting: mark the answers it showed as read, and all read answers as discussed.

    Leads need not mark each answer, so no customer sees "not read" by oversight. Answers that
    arrived during the meeting or were left off the agenda wait for the next one while unread.
    With `silent_before`, the page counted the answers without a comment that arrived earlier.
    """
    week = _begun_week(week)
    form, shown = checked(_StepForm(request.form)), listed_answers()
    counted_at = _moment(request.form.get("silent_before", ""))
    with program().database.write() as tx:
        _save_step(tx, week, form)
        for invitation_id, revision in shown:
            reading_queue.mark_read(tx, invitation_id, revision, now())
        if counted_at:
            agendas.mark_silent_read(tx, week, counted_at, now())
        reading_queue.mark_discussed(tx, week, now())
        meetings.end(tx, week, now())
        log_action(tx, "meeting ended", week)
    return see_other(url_for("leads.show_minutes", week=week))


def _save_step(tx: Transaction, week: str, form: _StepForm) -> None:
    """Save the minutes and the decision that were typed.

    Raises ConflictError if a colleague wrote other minutes after the page was loaded.
    """
    about = form.invitation.data or meetings.IN_GENERAL
    about = find_answer(about).invitation_id if about else about
    tx.only_one(f"meeting {week}")
    if "minutes" in request.form:
        _save_minutes(tx, week, about, form)
    text = form.text.data or ""
    known = meetings.of_week(tx, week).decisions_about(about or None)
    # The same decision again: the form was sent twice.
    if text and text not in [one.text for one in known]:
        owner, due_on = form.owner.data or "", form.due_on.data
        decisions.add(tx, week, about or None, text, now(), owner, due_on)
        log_action(tx, "decision noted", week)


def _save_minutes(tx: Transaction, week: str, about: str, form: _StepForm) -> None:
    mine, theirs = form.minutes.data or "", meetings.minutes_about(tx, week, about)
    if mine == theirs:
        return
    # A text that contains all of theirs loses nothing.
    if form.seen.data != fingerprint(theirs) and theirs not in mine:
        raise ConflictError(
            "minutes",
            url_for("leads.show_meeting", week=week, step=form.step.data or 0),
            newer={"seen": fingerprint(theirs), "minutes": f"{theirs}\n\n{mine}".strip()},
            theirs=[theirs],
        )
    meetings.save_minutes(tx, week, about, mine, now())


def _begun_week(week: str) -> str:
    """Return `week`. Abort with 400 if it is in the future."""
    return week if week <= this_week() else abort(400)


def _ids(name: str) -> set[str]:
    """Return the ids in the fields of this name, each with one or more of them."""
    return set(clean(" ".join(request.form.getlist(name))).split())


def _agenda(meeting: Meeting) -> tuple[Agenda, int]:
    """Return the agenda of a meeting, and how many answers of earlier weeks it lists."""
    database, facts, week = program().database, program().facts, meeting.week
    left_over = reading_queue.undiscussed(database, week, reading_queue.MOST_UNDISCUSSED)
    points = (facts.survey.low_threshold, PRAISE)
    listed = agendas.listed(database, week, left_over, points, now())
    cards = list(map(for_screen, to_cards(listed.ids)))
    agenda = agenda_of(cards, meeting, facts)
    earlier = sum(card.case.answered_week != week for card in cards)
    return agenda._replace(
        unlisted=listed.unlisted, unlisted_silent=listed.unlisted_silent
    ), earlier


def _moment(text: str) -> datetime | None:
    """Return the time that the page wrote; None without one, or if somebody changed it."""
    try:
        return min(from_text(text), now())
    except ValueError:
        return None


def _to_step(week: str, step: str | None) -> Response:
    return see_other(url_for("leads.show_meeting", week=week, step=step or 0))
