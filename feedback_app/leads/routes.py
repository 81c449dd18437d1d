"""All routes of the leads' pages: importing a module adds its own."""

from feedback_app.leads import (
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
    "exports",
    "follow_ups",
    "leads_pages",
    "meeting",
    "reading",
    "record",
    "sign_in",
    "week",
]
