"""All routes of the leads' pages: importing a module adds its own."""

from feedback_app.leads import reading, record, sign_in, week
from feedback_app.leads.guard import leads_pages

__all__ = ["leads_pages", "reading", "record", "sign_in", "week"]
