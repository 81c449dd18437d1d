"""The blueprint of the leads' pages: permission check, headers and error pages of all views."""

from flask import Blueprint
from werkzeug.exceptions import HTTPException

from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.leads.pages import STATIC
from feedback_app.leads.permissions import check_permission
from feedback_app.leads.refusals import (
    ConflictError,
    TextLengthError,
    show_conflict,
    show_error,
    show_text_length,
    show_unavailable,
)
from feedback_app.leads.sessions import PREFIX
from feedback_app.web.headers import protect_leads_page

leads_pages = Blueprint(
    "leads", __name__, url_prefix=PREFIX, static_folder=STATIC, static_url_path="/static"
)
leads_pages.before_request(check_permission)
leads_pages.after_request(protect_leads_page)
leads_pages.register_error_handler(HTTPException, show_error)
leads_pages.register_error_handler(TextLengthError, show_text_length)
leads_pages.register_error_handler(ConflictError, show_conflict)
leads_pages.register_error_handler(DatabaseUnavailableError, show_unavailable)
