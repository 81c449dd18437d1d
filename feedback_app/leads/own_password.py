"""Leads set their password with a link, and change it themselves."""

from collections.abc import Callable

from flask import Response, abort, request, url_for
from wtforms import PasswordField

from feedback_app.base.text import clean
from feedback_app.jobs.accounts import Accounts, digest_of
from feedback_app.leads import passwords, sessions, sign_in_limits, single_sign_on
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.pages import page
from feedback_app.leads.permissions import public, requires
from feedback_app.leads.sign_in import check_password
from feedback_app.records import Lead
from feedback_app.store import leads
from feedback_app.web.client_address import client_network
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program


class _PasswordForm(LeadsForm):
    """`password` is the current one; with a link, it is not needed."""

    password = PasswordField()
    new_password = PasswordField()
    repeated = PasswordField()

    def fault(self) -> str | None:
        """Return why the new password is not valid; None if it is."""
        if self.new_password.data != self.repeated.data:
            return "different"
        length = len(clean(self.new_password.data or ""))
        return None if passwords.SHORTEST <= length <= passwords.LONGEST else "length"


@leads_pages.get("/password")
@requires("reader")
def show_password() -> Response:
    """Show the form with which leads change their own password."""
    return _page(200, None)


@leads_pages.post("/password")
@requires("reader")
def change_password() -> Response:
    """Change the lead's own password. The other sessions end, and this one stays."""
    form, who = _PasswordForm(request.form), sessions.lead() or abort(401)
    if single_sign_on.is_used():
        return _page(403, None)
    if fault := form.fault():
        return _page(422, fault)
    checked = _limited(who.name, lambda: check_password(who.name, form.password.data or ""))
    if not isinstance(checked, Lead):
        return checked or _page(422, "wrong")
    hashed = passwords.hash_password(form.new_password.data or "")
    with program().database.write() as tx:
        changes = Accounts(program(), tx, who.name, now())
        changes.change_password(who.name, hashed, sessions.digest())
    return see_other(url_for("leads.show_password", changed="y"))


@leads_pages.get("/set-password/<token>")
@public
def show_set_password(token: str) -> Response:
    """Show the form of a link. Opening it changes nothing, because email scanners do."""
    found = _by_link(token)
    return _page(200 if found else 404, None, found, by_link=True)


@leads_pages.post("/set-password/<token>")
@public
def set_password(token: str) -> Response:
    """Set the password of the account that the link belongs to, once. All its sessions end."""
    form = _PasswordForm(request.form)
    if single_sign_on.is_used():
        return _page(403, None)
    found = _limited(digest_of(token), lambda: _by_link(token), by_link=True)
    if not isinstance(found, Lead):
        return found or _page(404, None, by_link=True)
    if fault := form.fault():
        return _page(422, fault, found, by_link=True)
    hashed = passwords.hash_password(form.new_password.data or "")
    with program().database.write() as tx:
        tx.only_one("accounts")
        if not leads.find_by_link(tx, digest_of(token), now()):
            return _page(404, None, by_link=True)
        Accounts(program(), tx, found.name, now()).set_password(found.name, hashed)
    sessions.sign_out()
    return see_other(url_for("leads.sign_in", set="y"))


def _by_link(token: str) -> Lead | None:
    return leads.find_by_link(program().database, digest_of(token), now())


def _limited(
    name: str, find: Callable[[], Lead | None], by_link: bool = False
) -> Lead | Response | None:
    """Return the account that `find` returns, or a page if there were too many failures."""
    try:
        return sign_in_limits.attempt(name, client_network(), find)
    except sign_in_limits.AttemptRefused as error:
        refused = _page(error.status, error.fault, wait=error.minutes, by_link=by_link)
        refused.headers["Retry-After"] = str(error.seconds)
        return refused


def _page(
    status: int, fault: str | None, account: Lead | None = None, **values: object
) -> Response:
    shown = {"by_link": False, "wait": 0, "is_changed": "changed" in request.args, **values}
    return page(
        "password",
        status,
        fault=fault,
        account=account,
        by_proxy=single_sign_on.is_used(),
        shortest=passwords.SHORTEST,
        longest=passwords.LONGEST,
        **shown,
    )
