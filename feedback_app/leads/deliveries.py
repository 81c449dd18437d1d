"""The page about deliveries of case systems: how many became a case, and why others did not."""

from itertools import groupby
from operator import attrgetter

from flask import Response

from feedback_app.intake.delivery_log import API, OUTCOMES
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.pages import page
from feedback_app.store import delivery_log
from feedback_app.web.request import now, program


@leads_pages.get("/deliveries")
def show_deliveries() -> Response:
    """Show the outcomes of the last 30 days by preset, with the shapes of payloads."""
    logged = delivery_log.since(program().database, now() - delivery_log.RETENTION)
    presets = [(name, list(group)) for name, group in groupby(logged, attrgetter("preset"))]
    return page(
        "deliveries",
        presets=presets,
        outcomes=OUTCOMES,
        api=API,
        days=delivery_log.RETENTION.days,
    )
