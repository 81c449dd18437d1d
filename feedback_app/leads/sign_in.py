"""Sign in with a password, and sign out."""

from flask import Response, request, url_for
from wtforms import PasswordField, StringField

from feedback_app.base.text import clean, one_line
from feedback_app.leads import passwords, sessions, sign_in_limits, single_sign_on
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.pages import own_path, page
from feedback_app.leads.permissions import leads_pages, public, requires
from feedback_app.leads.refusals import refuse
from feedback_app.leads.returned_form import returned_form
from feedback_app.store import leads
from feedback_app.web.client_address import client_address
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
    return page("sign-in", by_proxy=single_sign_on.is_used(), fault=None, wait=0, name="")


@leads_pages.post("/sign-in")
@public
def sign_in_with_password() -> Response:
    """Sign in with a name and a password. An unknown name gets the same response as fast."""
    if single_sign_on.is_used():
        return page("sign-in", 403, by_proxy=True, fault=None, wait=0, name="")
    form = _SignInForm(request.form)
    name, address = one_line(form.name.data or "").lower()[:100], client_address()
    if wait := sign_in_limits.seconds_to_wait(name, address):
        answer = page("sign-in", 429, by_proxy=False, fault="wait", wait=-(-wait // 60), name=name)
        answer.headers["Retry-After"] = str(wait)
        return answer
    found = leads.find(program().database, name)
    stored = found.password_hash if found else None
    password = clean(form.password.data or "")
    if not passwords.verify(password, stored) or not found or not stored:
        sign_in_limits.failed(name, address)
        return page("sign-in", 401, by_proxy=False, fault="wrong", wait=0, name=name)
    if passwords.needs_rehash(stored):
        with program().database.write() as tx:
            leads.replace_password_hash(tx, name, stored, passwords.hash_password(password))
    sessions.sign_in(found)
    # A refused form was carried through the sign-in. The lead decides whether to send it.
    return refuse(200, "signed-in") if returned_form() else see_other(_wanted())


@leads_pages.post("/sign-out")
@requires("reader")
def sign_out() -> Response:
    """End the session."""
    sessions.sign_out()
    return see_other(url_for("leads.sign_in"))


def _wanted() -> str:
    """Return the page that was requested before the sign-in."""
    return own_path(request.args.get("next")) or url_for("leads.home")
