"""The minutes of a meeting, as a page and as Markdown."""

from flask import Response

from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.cards import to_cards
from feedback_app.leads.pages import page, page_language
from feedback_app.leads.week import figures_of
from feedback_app.reports.minutes import Minutes, minutes_as_markdown
from feedback_app.review.scores import lowest
from feedback_app.store import agendas, decisions, meetings, reading_queue
from feedback_app.web.request import now, program


@leads_pages.get("/<week:week>/minutes")
def show_minutes(week: str) -> Response:
    """Show the minutes, for screen and print."""
    minutes = minutes_of(week)
    return page("minutes", week=week, minutes=minutes, review=minutes.figures)


@leads_pages.post("/<week:week>/minutes.md")
def download_minutes(week: str) -> Response:
    """Download the minutes as Markdown. They contain comments, so the audit log records it."""
    minutes = minutes_of(week)
    with program().database.write() as tx:
        log_action(tx, "export", f"{week} minutes")
    review_url = f"{program().settings.public_url}/review"
    text = minutes_as_markdown(minutes, program().facts, page_language(), review_url)
    response = Response(text, content_type="text/markdown; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="minutes-{week}.md"'
    return response


def minutes_of(week: str) -> Minutes:
    """Return the minutes of the meeting of `week`: answers discussed and decisions."""
    database, low = program().database, program().facts.survey.low_threshold
    cards = to_cards(agendas.discussed(database, week, low, now()))
    discussed = sorted((card.case for card in cards), key=lowest)
    return Minutes(
        figures=figures_of(week, "rate"),
        meeting=meetings.of_week(database, week),
        earlier=tuple(decisions.still_open(database, week)),
        discussed=tuple(discussed),
        not_in_detail=agendas.count_discussed(database, week, now()) - len(discussed),
        unread=reading_queue.count_unread(database, week),
    )
