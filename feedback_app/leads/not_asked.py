"""Surveys that reached nobody: held emails, and cases of a week without a survey, or bounced."""

from flask import Response, request, url_for

from feedback_app.base.text import clean
from feedback_app.leads.audit_log import log_action
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.pages import page, this_week
from feedback_app.leads.paging import paging
from feedback_app.store import not_asked, outbox
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program

# For other reasons, a lead cannot ask: nobody reads the address, the customer opted out, or the
# case is not closed. Without a working address, the page of the case asks for one.
_MAY_BE_ASKED = (
    "bounced",
    "excluded",
    "no_address",
    "not_sampled",
    "quiet_period",
    "too_old",
    "withdrawn",
)
# Of each reason, and on a page about one reason.
_SHOWN, _PER_PAGE = 20, 100


@leads_pages.get("/<week:week>/not-asked")
def show_not_asked(week: str) -> Response:
    """Show the held emails, and the cases of a week whose customers got no survey, by reason.

    With `reason`, all cases with this reason are shown, in pages.
    """
    database, reason = program().database, clean(request.args.get("reason", ""))
    most = _PER_PAGE if reason else _SHOWN
    groups = not_asked.of_week(database, week, now(), most, reason=reason)
    pages = paging(sum(group.number for group in groups), _PER_PAGE) if reason else None
    if pages and pages.skipped:
        skipped = pages.skipped
        groups = not_asked.of_week(database, week, now(), most, reason=reason, skipped=skipped)
    return page(
        "not-asked",
        week=week,
        groups=groups,
        only=reason,
        pages=pages,
        may_be_asked=_MAY_BE_ASKED if program().case_intake.we_send else (),
        shown=_PER_PAGE,
        held=outbox.held(program().database),
    )


@leads_pages.post("/held-emails/release")
def release_held_emails() -> Response:
    """Let the worker send the held emails."""
    with program().database.write() as tx:
        if released := outbox.release_held(tx, now()):
            log_action(tx, "emails released", str(released))
    return see_other(url_for("leads.show_not_asked", week=this_week()))
