"""Sign in with a password, and sign out."""

from flask import Response, request, url_for
from wtforms import PasswordField, StringField

from feedback_app.base.text import one_line
from feedback_app.leads import passwords, sessions, sign_in_limits, single_sign_on
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.pages import own_path
from feedback_app.leads.permissions import public, requires, sign_in_page
from feedback_app.leads.refusals import refuse
from feedback_app.leads.returned_form import returned_form
from feedback_app.records import Lead
from feedback_app.store import leads
from feedback_app.web.client_address import client_network
from feedback_app.web.pages import see_other
from feedback_app.web.request import program


class _SignInForm(LeadsForm):
    name = StringField()
    password = PasswordField()


@leads_pages.get("/sign-in")
@public
def sign_in() -> Response:
    """Show the sign-in form, or redirect if already signed in."""
    if sessions.lead():
        return see_other(_wanted())
    return sign_in_page(200, None, is_set="set" in request.args)


@leads_pages.post("/sign-in")
@public
def sign_in_with_password() -> Response:
    """Sign in with a name and a password. Unknown names get the same answer as fast."""
    if single_sign_on.is_used():
        return sign_in_page(403, None)
    form = _SignInForm(request.form)
    name = one_line(form.name.data or "").lower()[:100]
    try:
        password = form.password.data or ""
        found = sign_in_limits.attempt(
            name, client_network(), lambda: check_password(name, password)
        )
    except sign_in_limits.AttemptRefused as error:
        refused = sign_in_page(error.status, error.fault, name=name, wait=error.minutes)
        refused.headers["Retry-After"] = str(error.seconds)
        return refused
    if not found:
        return sign_in_page(401, "wrong", name=name)
    sessions.sign_in(found)
    # A refused form was carried through the sign-in. The lead decides whether to send it.
    return refuse(200, "signed-in") if returned_form() else see_other(_wanted())


def check_password(name: str, password: str) -> Lead | None:
    """Return the lead if the password is right. Updates a hash with outdated parameters."""
    found = leads.find(program().database, name)
    stored = found.password_hash if found else None
    if not passwords.verify(password, stored) or not stored:
        return None
    if passwords.needs_rehash(stored):
        with program().database.write() as tx:
            leads.replace_password_hash(tx, name, stored, passwords.hash_password(password))
    return found


@leads_pages.post("/sign-out")
@requires("reader")
def sign_out() -> Response:
    """End the session."""
    sessions.sign_out()
    return see_other(url_for("leads.sign_in"))


def _wanted() -> str:
    """Return the page that was requested before the sign-in."""
    return own_path(request.args.get("next")) or url_for("leads.home")
