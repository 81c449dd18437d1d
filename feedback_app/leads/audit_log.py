"""The audit log: who exported and changed what."""

from flask import Response

from feedback_app.database.contract import Transaction
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.pages import page
from feedback_app.leads.permissions import requires
from feedback_app.leads.sessions import lead
from feedback_app.store import leads
from feedback_app.web.request import now, program

_LAST = 500


def log_action(tx: Transaction, action: str, subject: str) -> None:
    """Add what the signed-in lead exported or changed to the audit log."""
    who = lead()
    leads.record_action(tx, who.name if who else "", action, subject, now())


@leads_pages.get("/audit-log")
@requires("admin")
def show_audit_log() -> Response:
    """Show the last 500 entries of the audit log."""
    return page("audit-log", entries=leads.actions(program().database, _LAST))
