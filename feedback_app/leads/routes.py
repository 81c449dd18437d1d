"""All routes of the leads' pages: importing a module adds its own."""

from feedback_app.leads import (
    customer_note,
    exports,
    follow_ups,
    meeting,
    reading,
    record,
    sign_in,
    week,
)
from feedback_app.leads.guard import leads_pages

__all__ = [
    "customer_note",
    "exports",
    "follow_ups",
    "leads_pages",
    "meeting",
    "reading",
    "record",
    "sign_in",
    "week",
]
