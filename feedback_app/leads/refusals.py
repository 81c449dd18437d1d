"""Pages that refuse a request. They return the form, so that no typed text is lost."""

from collections.abc import Mapping

from flask import Response, current_app
from werkzeug.exceptions import HTTPException

from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.leads.pages import page
from feedback_app.leads.returned_form import ReturnedForm, returned_form
from feedback_app.store import answered_cases
from feedback_app.web.headers import protect_leads_page
from feedback_app.web.request import now, program


class ConflictError(Exception):
    """Something changed after the page with this form was loaded. Nothing is stored.

    `newer` contains the present values of the form's version fields, `shown` what the page shows,
    and `discard` the address to go to without sending. `form` replaces the request's form.
    """

    def __init__(
        self,
        kind: str,
        discard: str,
        *,
        newer: Mapping[str, int | str],
        form: ReturnedForm | None = None,
        **shown: object,
    ) -> None:
        self.kind, self.discard, self.form, self.shown = kind, discard, form, shown
        self.newer = {name: str(value) for name, value in newer.items()}
        super().__init__(f"{kind} changed after the page was loaded")


def refuse(status: int, message: str, /, **values: object) -> Response:
    """Return a page of `message.html`, which contains the form of the request."""
    return page("message", status, message=message, **values)


def show_error(error: HTTPException) -> Response:
    """Show an error page with the form, and a link back."""
    response = protect_leads_page(refuse(error.code or 500, "", code=error.code))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def show_conflict(error: ConflictError) -> Response:
    """Show what changed next to the lead's own text."""
    form = error.form or returned_form()
    invitation_id = error.shown.get("invitation_id")
    case = None
    if isinstance(invitation_id, str):
        case = answered_cases.find(program().database, invitation_id, now())
    return page(
        "conflict",
        409,
        change=error.kind,
        discard=error.discard,
        form=form.with_values(error.newer) if form else None,
        **{"case": case, "by": None, "theirs": (), **error.shown},
    )


def show_unavailable(error: DatabaseUnavailableError) -> Response:
    """Report that the database is unavailable. The page needs no database."""
    current_app.logger.error("%s", error)
    response = protect_leads_page(refuse(503, "unavailable", lead=None))
    response.headers["Retry-After"] = "10"
    return response
