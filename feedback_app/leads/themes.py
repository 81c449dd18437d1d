"""Themes: mark answers with them, and show how often each one occurred."""

from flask import Response, abort, request
from wtforms import BooleanField, StringField

from feedback_app.base.weeks import weeks_back
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.forms import checked
from feedback_app.leads.pages import page
from feedback_app.leads.reading import ShownAnswerForm, find_answer, page_before
from feedback_app.store import answer_marks
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program

_WEEKS = 13


class _ThemeForm(ShownAnswerForm):
    """Adds `theme` to the answer, or removes it with `remove`."""

    theme = StringField()
    remove = BooleanField()


@leads_pages.post("/answers/<invitation_id>/theme")
def set_theme(invitation_id: str) -> Response:
    """Add a theme to an answer, or remove it. Two leads can do this at the same time."""
    form, case = checked(_ThemeForm(request.form)), find_answer(invitation_id)
    theme, remove = form.theme.data or "", bool(form.remove.data)
    if not remove and theme not in {one.key for one in program().facts.themes}:
        abort(400)
    with program().database.write() as tx:
        answer_marks.set_theme(tx, case.invitation_id, theme, not remove)
    return see_other(page_before(form, case))


@leads_pages.get("/<week:week>/themes")
def show_themes(week: str) -> Response:
    """Show how many answers of the last 13 weeks have each theme."""
    weeks = weeks_back(week, _WEEKS)
    counts = answer_marks.count_themes(program().database, weeks[0], week, now())
    known = [theme.key for theme in program().facts.themes]
    deleted = sorted({key for key, _ in counts} - {*known})
    rows = {key: [counts[key, one] for one in weeks] for key in (*known, *deleted)}
    return page(
        "week-themes", week=week, weeks=weeks, rows=rows, most=max(counts.values(), default=0)
    )
