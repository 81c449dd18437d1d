"""The meeting: low answers and comments one by one, decisions, minutes."""

from flask import Response, abort, request, url_for
from wtforms import HiddenField

from feedback_app.database.contract import Transaction
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.cards import Card, in_groups, to_cards
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import LONGEST_TEXT, TypedText, checked, seen_count
from feedback_app.leads.pages import page, page_language, this_week
from feedback_app.leads.reading import listed_answers
from feedback_app.leads.refusals import TextLengthError
from feedback_app.leads.versions import check_meeting_open, check_revision, has_decision
from feedback_app.leads.week import review_of
from feedback_app.records import AnsweredCase
from feedback_app.reports.minutes import Minutes, minutes_as_markdown
from feedback_app.review.scores import lowest
from feedback_app.store import answer_status, answered_cases, meetings, reading_queue
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program


class _DecisionForm(LeadsForm):
    """The form around a step: every button saves the decision that was typed.

    `go` is the step to go to. `revision` is that of the answer of `invitation`, `decisions` the
    number of decisions that the page showed, and `ended` whether it showed the meeting as ended.
    """

    invitation = HiddenField()
    step = HiddenField()
    go = HiddenField()
    revision = seen_count()
    decisions = seen_count()
    ended = HiddenField()
    text = TypedText(required=False)


@leads_pages.get("/<week:week>/meeting")
def show_meeting(week: str) -> Response:
    """Show one step: the start, an answer, or the end with all decisions."""
    cases = list(answered_cases.answered_in(program().database, week, now()))
    left_over = _left_over(week)
    groups = in_groups([*to_cards(cases, week), *left_over])
    slides = sorted(groups["low"], key=_slide_order) + sorted(groups["remarks"], key=_slide_order)
    last = len(slides) + 1
    step = min(max(_number(request.args.get("step", "0")), 0), last)
    return page(
        "meeting",
        week=week,
        review=review_of(week, cases),
        meeting=meetings.of_week(program().database, week),
        slides=slides,
        silent=sorted(groups["silent"], key=_slide_order),
        not_shown=reading_queue.count_undiscussed(program().database, week) - len(left_over),
        step=step,
        last=last,
        card=slides[step - 1] if 0 < step < last else None,
    )


@leads_pages.post("/<week:week>/meeting/decisions")
def add_decision(week: str) -> Response:
    """Add a decision about one answer or about the week, and go to a step.

    Without a step to go to, the decision must have a text.
    """
    week = _begun_week(week)
    form = checked(_DecisionForm(request.form))
    if not form.text.data and not form.go.data:
        raise TextLengthError(0, LONGEST_TEXT)
    case = _decided_case(form)
    with program().database.write() as tx:
        _save_decision(tx, week, form, case)
    return _to_step(week, form.go.data or form.step.data)


@leads_pages.post("/<week:week>/meeting/decisions/<decision_id>/withdraw")
def delete_decision(week: str, decision_id: str) -> Response:
    """Delete a decision from the minutes, unless a colleague deleted it first."""
    week = _begun_week(week)
    form = checked(_DecisionForm(request.form))
    case = _decided_case(form)
    with program().database.write() as tx:
        _save_decision(tx, week, form, case)
        if meetings.withdraw(tx, week, decision_id):
            log_action(tx, "decision withdrawn", week)
    return _to_step(week, form.step.data)


@leads_pages.post("/<week:week>/meeting/end")
def end_meeting(week: str) -> Response:
    """End the meeting: mark the answers it showed as read, and all read answers as discussed.

    Leads need not mark each answer, so no customer sees "not read" by oversight. Answers that
    arrived during the meeting were not shown and wait for the next one.
    """
    week = _begun_week(week)
    form, shown = checked(_DecisionForm(request.form)), listed_answers()
    with program().database.write() as tx:
        _save_decision(tx, week, form, None)
        if any(reading_queue.is_unread(tx, invitation_id) for invitation_id, _ in shown):
            check_meeting_open(tx, week, bool(form.ended.data), _minutes_path(week))
        for invitation_id, revision in shown:
            reading_queue.mark_read(tx, invitation_id, revision, now())
        reading_queue.mark_discussed(tx, week, now())
        meetings.end(tx, week, now())
        log_action(tx, "meeting ended", week)
    return see_other(_minutes_path(week))


@leads_pages.get("/<week:week>/minutes")
def show_minutes(week: str) -> Response:
    """Show the minutes, for screen and print."""
    minutes = minutes_of(week)
    shown = minutes.to_discuss(program().facts.survey.low_threshold)
    return page("minutes", week=week, minutes=minutes, review=minutes.review, shown=shown)


@leads_pages.post("/<week:week>/minutes.md")
def download_minutes(week: str) -> Response:
    """Download the minutes as Markdown. They contain comments, so the audit log records it."""
    minutes = minutes_of(week)
    with program().database.write() as tx:
        log_action(tx, "export", f"{week} minutes")
    text = minutes_as_markdown(minutes, program().facts, page_language())
    response = Response(text, content_type="text/markdown; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="minutes-{week}.md"'
    return response


def minutes_of(week: str) -> Minutes:
    """Return the minutes of the meeting of `week`: answers discussed and decisions."""
    database = program().database
    cases = list(answered_cases.answered_in(database, week, now()))
    return Minutes(
        review=review_of(week, cases),
        meeting=meetings.of_week(database, week),
        discussed=tuple(answered_cases.discussed_in(database, week, now())),
        unread=reading_queue.count_unread(database, week),
    )


def _decided_case(form: _DecisionForm) -> AnsweredCase | None:
    """Return the answer that the decision is about, if any. Abort with 404 if it is missing."""
    if not form.invitation.data:
        return None
    return answered_cases.find(program().database, form.invitation.data, now()) or abort(404)


def _save_decision(
    tx: Transaction, week: str, form: _DecisionForm, case: AnsweredCase | None
) -> None:
    """Add the decision that was typed, if any, about an answer or about the week.

    Raises ConflictError if the answer, the decisions or the meeting changed since the page was
    loaded.
    """
    text = form.text.data
    if not text:
        return
    discard = url_for("leads.show_meeting", week=week, step=_number(form.step.data))
    if case:
        check_revision(tx, case, form.revision.data or 0, discard)
    check_meeting_open(tx, week, bool(form.ended.data), discard)
    invitation_id = case.invitation_id if case else None
    if not has_decision(tx, week, invitation_id, text, form.decisions.data or 0, discard):
        meetings.decide(tx, week, invitation_id, text, now())
        log_action(tx, "decision noted", week)


def _minutes_path(week: str) -> str:
    return url_for("leads.show_minutes", week=week)


def _begun_week(week: str) -> str:
    """Return `week`. Abort with 400 if it is in the future."""
    return week if week <= this_week() else abort(400)


def _left_over(week: str) -> list[Card]:
    """Return the answers of earlier weeks that no meeting has discussed."""
    database = program().database
    cards = []
    for invitation_id in reading_queue.undiscussed(database, week, reading_queue.MOST_UNREAD):
        case = answered_cases.find(database, invitation_id, now())
        status = answer_status.of_answer(database, invitation_id)
        if case and status:
            cards.append(Card(case, status))
    return cards


def _slide_order(card: Card) -> tuple[int, str, str]:
    """Return the sort key of a slide. It does not change when the answer is marked as read."""
    return lowest(card.case), card.case.answered_week or "", card.case.invitation_id


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _to_step(week: str, step: str | None) -> Response:
    return see_other(url_for("leads.show_meeting", week=week, step=_number(step)))
