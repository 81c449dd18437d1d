"""The blueprint of the leads' pages: weeks in addresses, permission check, headers, error pages."""

from typing import Any

from flask import Blueprint, abort
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from feedback_app.base.weeks import reviewed_week
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.leads.pages import STATIC, this_week
from feedback_app.leads.permissions import check_permission
from feedback_app.leads.refusals import (
    ConflictError,
    show_conflict,
    show_error,
    show_unavailable,
)
from feedback_app.leads.sessions import PREFIX
from feedback_app.web.headers import protect_leads_page


class _WeekConverter(BaseConverter):
    """The form of a week, as <week:week> in a route."""

    regex = "[0-9]{4}-W[0-9]{2}"
    # Matched before routes with any text, which have 100.
    weight = 50


def _add_converter(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["week"] = _WeekConverter


def _check_week(_: str | None, values: dict[str, Any] | None) -> None:
    """Abort with 404 unless a week in the address is from 2000 to the end of next year."""
    if values and "week" in values:
        try:
            reviewed_week(values["week"], this_week())
        except ValueError:
            abort(404)


leads_pages = Blueprint(
    "leads", __name__, url_prefix=PREFIX, static_folder=STATIC, static_url_path="/static"
)
leads_pages.record(_add_converter)
leads_pages.url_value_preprocessor(_check_week)
leads_pages.before_request(check_permission)
leads_pages.after_request(protect_leads_page)
leads_pages.register_error_handler(HTTPException, show_error)
leads_pages.register_error_handler(ConflictError, show_conflict)
leads_pages.register_error_handler(DatabaseUnavailableError, show_unavailable)
