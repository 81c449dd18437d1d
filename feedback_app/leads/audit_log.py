"""Who exported and changed what."""

from flask import Response

from feedback_app.database.contract import Transaction
from feedback_app.leads.pages import page
from feedback_app.leads.permissions import leads_pages, requires
from feedback_app.leads.sessions import lead
from feedback_app.store import leads
from feedback_app.web.request import now, program

_LAST = 500


def log_action(tx: Transaction, action: str, subject: str) -> None:
    """Record what the lead of this request exported or changed."""
    who = lead()
    leads.record_action(tx, who.name if who else "", action, subject, now())


@leads_pages.get("/audit-log")
@requires("admin")
def show_audit_log() -> Response:
    """Show the accounts, and the last exports and changes."""
    database = program().database
    return page(
        "audit-log", actions=leads.actions(database, _LAST), accounts=leads.all_leads(database)
    )
