"""Permissions: the role that a view requires, and the check before every view."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from feedback_app.leads import single_sign_on
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.pages import page
from feedback_app.leads.refusals import refuse
from feedback_app.leads.sessions import is_offered, lead
from feedback_app.records import Role
from feedback_app.web.request import program

View = TypeVar("View", bound=Callable[..., Any])

_READ_ONLY = ("GET", "HEAD", "OPTIONS")


def public(view: View) -> View:
    """Mark a view as open to everyone, signed in or not."""
    vars(view)["required_role"] = None
    return view


def requires(role: Role) -> Callable[[View], View]:
    """Require `role` instead of the default: reader for GET, lead for POST."""

    def mark(view: View) -> View:
        vars(view)["required_role"] = role
        return view

    return mark


def check_permission() -> AnyResponse | None:
    """Refuse requests without the required role, and POSTs without a valid CSRF token."""
    if request.endpoint == "leads.static":
        return None
    if not request.path.isprintable():
        abort(404)
    if not is_offered(program().settings.public_url):
        return page("message", 503, message="not-offered")
    single_sign_on.recognise()
    is_read_only = request.method in _READ_ONLY
    view = current_app.view_functions[request.endpoint or ""]
    role: Role | None = getattr(view, "required_role", "reader" if is_read_only else "lead")
    who = lead()
    if role:
        if not who:
            return _to_sign_in() if is_read_only else sign_in_page(401, "ended")
        if not who.may(role):
            return refuse(403, "not-allowed", role=role)
    if not is_read_only and not LeadsForm(request.form).validate():
        return refuse(400, "stale")
    return None


def _to_sign_in() -> AnyResponse:
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("leads.sign_in", next=wanted), 303)


def sign_in_page(status: int, fault: str | None, **values: object) -> Response:
    """Return the sign-in form, which carries a refused form along.

    `values` are the `name` typed, the minutes to `wait`, and whether a password was just set.
    """
    by_proxy = single_sign_on.is_used()
    shown = {"name": "", "wait": 0, "is_set": False, **values}
    return page("sign-in", status, by_proxy=by_proxy, fault=fault, **shown)
