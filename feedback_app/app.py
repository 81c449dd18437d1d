"""create_app(): all pages, health checks, error pages and, if set, the site."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from feedback_app.base import times
from feedback_app.base.logs import log_to_stderr
from feedback_app.database.contract import REPLY_SECONDS, DatabaseUnavailableError
from feedback_app.database.migrate import SchemaError, require_current
from feedback_app.intake import delivery_log, rate_limits
from feedback_app.intake.api.views import api
from feedback_app.intake.problem_details import ProblemError, problem_response
from feedback_app.intake.webhooks.presets import load_webhooks
from feedback_app.intake.webhooks.views import EXTENSION as WEBHOOKS
from feedback_app.intake.webhooks.views import webhooks
from feedback_app.jobs.metrics import add_metrics
from feedback_app.leads import sessions, sign_in_limits
from feedback_app.leads.routes import leads_pages
from feedback_app.program import Program, open_program, register_wording
from feedback_app.settings import Settings, read_settings
from feedback_app.survey.mangled_links import repair_links
from feedback_app.survey.opt_out import opt_out
from feedback_app.survey.pages import BLANK
from feedback_app.survey.views import survey
from feedback_app.survey.why import survey_why
from feedback_app.web import limits, site
from feedback_app.web.headers import protect_all, protect_page
from feedback_app.web.pages import page, page_language
from feedback_app.web.rate_limits import new_limiter
from feedback_app.web.readiness import add_probes
from feedback_app.web.request_log import log_requests

_CUSTOMERS = (survey.name, survey_why.name, opt_out.name)
# A page that keeps the answer is better than a longer wait.
_CUSTOMERS_WAIT_SECONDS = 4
# Below this path, errors are problem details (RFC 9457) instead of pages.
_API_PREFIX = "/api/"


class _FlaskApp(Flask):
    """Flask, but errors are logged with the route only: paths contain tokens and secrets."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        # No view is asynchronous, and Flask would ask for each function of each request.
        return func

    def log_exception(self, exc_info: Any) -> None:
        self.logger.error("%s failed", request.url_rule or "a request", exc_info=exc_info)


def create_app(
    settings: Settings | None = None,
    *,
    parts: Program | None = None,
    now: Callable[[], datetime] = times.now,
) -> Flask:
    """Return the WSGI application of the program `parts`, by default opened from `settings`.

    Raises SettingsError if the settings or a webhook preset are invalid, or the site is not built.
    """
    app = _FlaskApp(__name__, static_folder=None)
    app.config["PROGRAM"] = parts or _opened(settings or read_settings())
    app.config["CLOCK"] = now
    limits.limit_requests(app)
    app.before_request(_limit_wait)
    app.wsgi_app = repair_links(app.wsgi_app)  # type: ignore[method-assign]
    protect_all(app)
    log_requests(app, add_metrics(app))
    app.extensions[rate_limits.EXTENSION] = new_limiter()
    app.extensions[delivery_log.EXTENSION] = delivery_log.RefusedRequests()
    app.extensions[WEBHOOKS] = load_webhooks(app.config["PROGRAM"], now())
    sign_in_limits.start(app)
    sessions.start(app)
    for pages in (survey, survey_why, opt_out, api, webhooks, leads_pages):
        app.register_blueprint(pages)
    add_probes(app)
    app.register_error_handler(HTTPException, _error_page)
    app.register_error_handler(DatabaseUnavailableError, _unavailable)
    folder = app.config["PROGRAM"].settings.site
    if folder:
        site.serve(app, folder)
    return app


def _opened(settings: Settings) -> Program:
    """Return the program for a WSGI server. It also starts without a database that it can use."""
    log_to_stderr(settings.log_level, settings.log_format)
    found = open_program(settings)
    with suppress(DatabaseUnavailableError, SchemaError):
        require_current(found.database)
        register_wording(found, times.now())
    return found


def _limit_wait() -> None:
    REPLY_SECONDS.set(_CUSTOMERS_WAIT_SECONDS if request.blueprint in _CUSTOMERS else None)


def _error_page(error: HTTPException) -> Response:
    if request.path.startswith(_API_PREFIX):
        response = problem_response(ProblemError(HTTPStatus(error.code or 500)))
    else:
        unsent = _unsent_answer() if error.code == HTTPStatus.SERVICE_UNAVAILABLE else None
        language = page_language(request.path.split("/")[1])  # "de" below /de/
        response = protect_page(page("web/error", error.code or 500, language, unsent=unsent))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _unsent_answer() -> dict[str, str] | None:
    """Return the fields of an answer, so that the error page can send them again; else None."""
    if request.method == "POST" and request.blueprint in (survey.name, survey_why.name):
        return {name: request.form.get(name, "") for name in BLANK}
    return None


def _unavailable(error: DatabaseUnavailableError) -> Response:
    current_app.logger.error("%s", error)
    response = _error_page(ServiceUnavailable())
    response.headers["Retry-After"] = "10"
    return response
