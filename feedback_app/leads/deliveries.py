"""The page about deliveries of case systems: how many became a case, and why others did not."""

from itertools import groupby
from operator import attrgetter

from flask import Response, request, url_for

from feedback_app.base.text import clean
from feedback_app.intake.delivery_log import API, OUTCOMES
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.pages import page
from feedback_app.review.silence import HISTORY
from feedback_app.store import delivery_log, silences
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program


@leads_pages.get("/deliveries")
def show_deliveries() -> Response:
    """Show the outcomes of the last 30 days by preset, with the shapes of payloads."""
    database, since = program().database, now() - delivery_log.RETENTION
    logged = delivery_log.since(database, since)
    presets = [(name, list(group)) for name, group in groupby(logged, attrgetter("preset"))]
    return page(
        "deliveries",
        presets=presets,
        outcomes=OUTCOMES,
        api=API,
        days=delivery_log.RETENTION.days,
        sources=silences.arrivals(database, since),
        silences=silences.current(database),
        weeks=HISTORY.days // 7,
    )


@leads_pages.post("/deliveries/expected")
def expect_silence() -> Response:
    """End the alarm about a source that is silent as expected."""
    source = clean(request.form.get("source", ""))
    with program().database.write() as tx:
        if silences.mark_expected(tx, source, now()):
            log_action(tx, "silence expected", source)
    return see_other(url_for("leads.show_deliveries"))
