"""Downloads of one or more weeks. An export is a POST because it writes to the audit log."""

from flask import Response, request, stream_with_context
from wtforms import StringField
from wtforms.validators import AnyOf, Optional

from feedback_app.base.weeks import parse_span, reviewed_week, weeks_back
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import checked
from feedback_app.leads.pages import page, page_language, this_week
from feedback_app.reports.csv_export import SEPARATORS, usual_separator
from feedback_app.reports.exports import FORMATS, Export
from feedback_app.web.request import now, program

# Ten years.
_MOST_WEEKS = 522


class _ExportForm(LeadsForm):
    first = StringField()
    last = StringField()
    form = StringField(validators=[AnyOf(FORMATS)])
    separator = StringField(validators=[Optional(), AnyOf(SEPARATORS)])


@leads_pages.get("/exports")
def show_exports() -> Response:
    """Show the form that selects weeks and a format."""
    week = weeks_back(this_week(), 2)[0]
    asked = request.args.get("week")
    return _page(asked or week, asked or week, None, 200)


@leads_pages.post("/exports")
def download_export() -> Response:
    """Stream the weeks as a file."""
    form = checked(_ExportForm(request.form))
    first, last = (form.first.data or "").strip(), (form.last.data or "").strip()
    try:
        first, last = parse_span(f"{first}..{last}")
        reviewed_week(last, this_week())
    except ValueError:
        return _page(first, last, "weeks", 422)
    if first < weeks_back(last, _MOST_WEEKS)[0]:
        return _page(first, last, "many", 422)
    chosen = FORMATS[form.form.data or ""]
    span = first if first == last else f"{first}..{last}"
    with program().database.write() as tx:
        log_action(tx, "export", f"{span} {chosen.name}")
    export = Export(
        database=program().database,
        facts=program().facts,
        first=first,
        last=last,
        language=page_language(),
        now=now(),
        separator=form.separator.data or usual_separator(page_language()),
    )
    pieces = stream_with_context(chosen.write(export))
    response = Response(pieces, content_type=chosen.media_type)
    file_name = chosen.file_name(first, last)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _page(first: str, last: str, fault: str | None, status: int) -> Response:
    return page(
        "exports",
        status,
        first=first,
        last=last,
        fault=fault,
        most=_MOST_WEEKS,
        formats=FORMATS.values(),
        form=request.form.get("form", "xlsx"),
        separator=request.form.get("separator", usual_separator(page_language())),
    )
