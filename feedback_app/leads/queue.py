"""The reading queue: the unread answers of a week in a list, and one of them to read."""

from datetime import timedelta

from flask import Response, request

from feedback_app.base.times import to_text
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.cards import Card
from feedback_app.leads.pages import page, render
from feedback_app.leads.reading import card_of, find_answer
from feedback_app.leads.sessions import lead
from feedback_app.records import AnsweredCase
from feedback_app.review.scores import lowest, total
from feedback_app.store import answer_marks, answered_cases, leads, reading_queue
from feedback_app.store.reading_queue import Order
from feedback_app.web.request import now, program

MOST_LISTED = 200
# For this long after marking an answer as read, a lead counts as reading.
_READING = timedelta(minutes=5)


@leads_pages.get("/unread")
def show_unread() -> Response:
    """Show the unread answers of a week, by default the newest, lowest scores first.

    `answer` is the one to read, or `after` the one that was just read. The script asks for the
    reader alone, and replaces it without loading the page again.
    """
    database, who = program().database, lead()
    order: Order = "oldest" if request.args.get("order") == "oldest" else "newest"
    week = reading_queue.week_to_read(database, request.args.get("week", ""), order)
    lines = list(answered_cases.unread_in(database, week, now(), MOST_LISTED))
    before, after = _around(lines, request.args.get("answer") or request.args.get("after"))
    if "answer" in request.args:
        card: Card | None = card_of(find_answer(request.args["answer"]))
    else:
        # After the last one, what was skipped comes again.
        first = next(iter((*after, *before)), None)
        card = card_of(find_answer(first.invitation_id)) if first else None
        before, after = _around(lines, first.invitation_id if first else None)
    values = {
        "week": week,
        "order": order,
        "lines": lines,
        "card": card,
        "previous": before[-1] if before else None,
        "following": after[0] if after else None,
        "unread": reading_queue.count_unread(database, week),
        "all": answered_cases.count_between(database, week, week),
        "others": leads.reading(database, week, now() - _READING, who.name if who else ""),
    }
    if request.headers.get("X-Fragment"):
        return Response(render("leads/reader.html", **values), mimetype="text/html")
    return page(
        "unread",
        weeks=reading_queue.unread_weeks_around(database, week),
        with_care=answer_marks.with_care(database, MOST_LISTED),
        **values,
    )


def _around(
    lines: list[AnsweredCase], invitation_id: str | None
) -> tuple[list[AnsweredCase], list[AnsweredCase]]:
    """Return the lines before and after this answer, which may have been read meanwhile."""
    case = find_answer(invitation_id) if invitation_id else None
    if not case:
        return [], lines
    others = [one for one in lines if one.invitation_id != case.invitation_id]
    before = [one for one in others if _order(one) < _order(case)]
    return before, others[len(before) :]


def _order(case: AnsweredCase) -> tuple[int, int, str, str, str]:
    """Return the sort key of `answered_cases.unread_in`."""
    arrived = to_text(case.answered_at) if case.answered_at else ""
    return lowest(case), total(case), arrived, case.case_number, case.invitation_id
