"""All routes of the leads' pages. Importing a module adds its routes to the blueprint."""

from feedback_app.leads import (  # noqa: F401
    accounts,
    annulment,
    audit_log,
    care,
    cases,
    customer_note,
    decisions,
    deliveries,
    exports,
    follow_ups,
    meeting,
    minutes,
    not_asked,
    notes,
    own_password,
    people,
    publishing,
    queue,
    reading,
    redaction,
    search,
    sign_in,
    themes,
    week,
    week_answers,
)
from feedback_app.leads.blueprint import leads_pages

__all__ = ["leads_pages"]
