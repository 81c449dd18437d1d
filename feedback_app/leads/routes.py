"""All routes of the leads' pages. Importing a module adds its routes to the blueprint."""

from feedback_app.leads import (
    audit_log,
    customer_note,
    exports,
    follow_ups,
    meeting,
    reading,
    redaction,
    sign_in,
    week,
)
from feedback_app.leads.permissions import leads_pages

__all__ = [
    "audit_log",
    "customer_note",
    "exports",
    "follow_ups",
    "leads_pages",
    "meeting",
    "reading",
    "redaction",
    "sign_in",
    "week",
]
