"""Publish the figures of a period after a look at what customers will see. For admins."""

from typing import NamedTuple

from flask import Response, abort, current_app, request, url_for
from wtforms import StringField

from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import checked
from feedback_app.leads.pages import page, page_language
from feedback_app.leads.permissions import requires
from feedback_app.leads.sessions import lead_name
from feedback_app.leads.site_preview import figures_page
from feedback_app.publish.drafts import (
    ClockSetBackError,
    Draft,
    approve,
    as_result,
    code_of,
    new_drafts,
)
from feedback_app.publish.periods import PendingPeriod
from feedback_app.publish.preview import comparison, result_before, withheld
from feedback_app.publish.publication import (
    folder_fault,
    is_on_site,
    publishes_sample,
    write_file,
)
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program, query_value
from knowledge_site.results.view import ResultsView
from published_results import Published, Result, ResultsError, read_folder


class _PublishForm(LeadsForm):
    """The period and the figures that the page showed."""

    period = StringField()
    code = StringField()


class _Due(NamedTuple):
    """What is published, and what can be published now; `fault` prevents it."""

    published: Published
    drafts: list[Draft]
    pending: PendingPeriod | None
    fault: str | None


@leads_pages.get("/publish")
@requires("admin")
def show_publish() -> Response:
    """Show the oldest period that can be published, or when the next one can be."""
    return _due_page(_due())


@leads_pages.get("/publish/<period>")
@requires("admin")
def show_published_period(period: str) -> Response:
    """Show the figures of a published period."""
    return _period_page(_due().published, period, notice="done" if "done" in request.args else "")


@leads_pages.post("/publish")
@requires("admin")
def publish_period() -> Response:
    """Publish the period and figures that the page showed, and nothing else."""
    form, due, moment, by = checked(_PublishForm(request.form)), _due(), now(), lead_name()
    period = form.period.data or ""
    if due.published.versions(period):
        return _published_before(due.published, period)
    shown = due.drafts[:1]
    if due.fault or not shown or shown[0].period.name != period or code_of(shown) != form.code.data:
        return _due_page(due, 409, notice="" if due.fault else "changed")
    try:
        (result,) = approve(shown, program().facts, due.published, by, moment)
        write_file(program(), result, by, moment)
    except ClockSetBackError as error:
        return _due_page(due, 409, notice="clock", details=str(error))
    except FileExistsError:
        # A colleague published it in the same moment.
        return _published_before(_due().published, period)
    except OSError as error:
        current_app.logger.error("figures cannot be published: %s", error)
        return _due_page(due, 503, notice="folder", details=error.strerror or str(error))
    return _to_period(period)


def _published_before(published: Published, period: str) -> Response:
    """Return the published period; if the same admin sent the form twice, as a success."""
    if published.versions(period)[0].approved.by == lead_name():
        return _to_period(period)
    return _period_page(published, period, 409, notice="colleague")


def _to_period(period: str) -> Response:
    return see_other(url_for("leads.show_published_period", period=period, done=1))


def _due() -> _Due:
    settings, database, facts = program().settings, program().database, program().facts
    try:
        published = read_folder(settings.results)
    except ResultsError as error:
        current_app.logger.error("%s", error)
        abort(_page(Published(), 503, fault="files", details=str(error)))
    sample = publishes_sample(program(), published)
    fault = folder_fault(settings, published, sample)
    return _Due(published, *new_drafts(database, facts, published, now(), sample), fault)


def _due_page(due: _Due, status: int = 200, **values: object) -> Response:
    shown: dict[str, object] = {"pending": due.pending, "fault": due.fault}
    if due.drafts and not due.fault:
        draft, published = due.drafts[0], due.published
        result = as_result(draft, program().facts, published, lead_name(), now())
        wanted = query_value("preview")
        language = wanted if wanted in program().facts.languages else page_language()
        then = Published((*published.results, result), published.notes)
        shown |= {"preview": figures_page(then, language), "preview_in": language}
        shown |= {"code": code_of([draft]), "more": len(due.drafts) - 1}
        shown |= _figures(published, result)
    return _page(due.published, status, **shown, **values)


def _period_page(
    published: Published, period: str, status: int = 200, **values: object
) -> Response:
    versions = published.versions(period)
    if not versions:
        abort(404)
    on_site = is_on_site(program().settings, versions[-1])
    figures = _figures(published, versions[-1])
    return _page(published, status, is_on_site=on_site, **figures, **values)


def _figures(published: Published, result: Result) -> dict[str, object]:
    view = ResultsView(published, program().facts, page_language())
    before = result_before(published, result)
    return {
        "result": result,
        "before": before,
        "rows": comparison(view, result, before),
        "withheld": withheld(view, result),
    }


def _page(published: Published, status: int, **values: object) -> Response:
    folder = program().settings.results.resolve()
    return page("publish", status, earlier=published.newest[::-1], folder=folder, **values)
