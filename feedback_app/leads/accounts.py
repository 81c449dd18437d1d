"""The accounts of leads: add, change, reset the password, and remove. For admins."""

from flask import Response, abort, request, url_for
from wtforms import BooleanField, StringField
from wtforms.validators import AnyOf, ValidationError

from feedback_app.base.text import one_line
from feedback_app.database.contract import Transaction
from feedback_app.jobs.accounts import (
    AccountExistsError,
    Accounts,
    LastAdminError,
    NoAccountError,
    can_email,
)
from feedback_app.leads.blueprint import leads_pages
from feedback_app.leads.csrf import LeadsForm
from feedback_app.leads.forms import OwnerField, checked
from feedback_app.leads.pages import page
from feedback_app.leads.permissions import requires
from feedback_app.leads.sessions import lead_name
from feedback_app.leads.single_sign_on import is_used
from feedback_app.records import ROLES, Lead, Role, account_name
from feedback_app.store import answered_cases, decisions, follow_ups, leads
from feedback_app.web.pages import see_other
from feedback_app.web.request import now, program
from support_facts import is_email_address


def _stripped(typed: str | None) -> str:
    return one_line(typed or "")


class _AccountForm(LeadsForm):
    """`show` asks for the link on the page although it could be sent by email."""

    role = StringField(validators=[AnyOf(ROLES)])
    email = StringField(filters=[_stripped])
    show = BooleanField()

    def validate_email(self, field: StringField) -> None:
        if field.data and not is_email_address(field.data):
            raise ValidationError("email")

    @property
    def chosen_role(self) -> Role:
        return next((role for role in ROLES if role == self.role.data), "reader")


class _NewForm(_AccountForm):
    name = StringField(filters=[_stripped])

    def validate_name(self, field: StringField) -> None:
        try:
            account_name(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from error


class _ConfirmForm(LeadsForm):
    """`confirm` is the box to tick; `show` is as in `_AccountForm`."""

    confirm = BooleanField()
    show = BooleanField()


class _RemoveForm(_ConfirmForm):
    owner = OwnerField()


@leads_pages.get("/accounts")
@requires("admin")
def show_accounts() -> Response:
    """Show all accounts, and the form for a new one."""
    return _list()


@leads_pages.post("/accounts")
@requires("admin")
def add_account() -> Response:
    """Add an account. Without single sign-on, it gets a link to set a password."""
    form = _NewForm(request.form)
    if not form.validate():
        return _list(422, form, [name for name in ("name", "email") if form.errors.get(name)])
    account = Lead(
        name=account_name(form.name.data or ""),
        role=form.chosen_role,
        password_hash=None,
        email=form.email.data or None,
        added_at=now(),
    )
    with program().database.write() as tx:
        try:
            _changes(tx).add(account)
        except AccountExistsError:
            return _list(409, form, ["taken"])
        link = None if is_used() else _link(tx, account, form.show.data)
    return _with_link(account, link)


@leads_pages.get("/accounts/<name>")
@requires("admin")
def show_account(name: str) -> Response:
    """Show an account, and the forms that change it."""
    return _account_page(_found(name))


@leads_pages.post("/accounts/<name>")
@requires("admin")
def change_account(name: str) -> Response:
    """Change role and email address."""
    form, account = _AccountForm(request.form), _found(name)
    if not form.validate():
        return _account_page(account, 422, fault="email", email=form.email.data)
    try:
        with program().database.write() as tx:
            _changes(tx).change(account.name, form.chosen_role, form.email.data or None)
    except LastAdminError:
        return _account_page(account, 409, fault="last-admin")
    except NoAccountError:
        abort(404)
    return see_other(url_for("leads.show_accounts"))


@leads_pages.post("/accounts/<name>/reset")
@requires("admin")
def reset_password(name: str) -> Response:
    """End the password and the sessions of an account, which gets a link to set a new one."""
    form, account = checked(_ConfirmForm(request.form)), _found(name)
    if is_used() or not form.confirm.data:
        return _account_page(account, 422, fault="reset")
    with program().database.write() as tx:
        try:
            _changes(tx).reset_password(account.name)
        except NoAccountError:
            abort(404)
        link = _link(tx, account, form.show.data)
    return _with_link(account, link)


@leads_pages.post("/accounts/<name>/remove")
@requires("admin")
def remove_account(name: str) -> Response:
    """Remove an account and its sessions. Its follow-ups and decisions may get a new owner."""
    form, account = checked(_RemoveForm(request.form)), _found(name)
    owner = form.owner.data or ""
    if not form.confirm.data:
        return _account_page(account, 422, fault="remove", owner=owner)
    try:
        with program().database.write() as tx:
            _changes(tx).remove(account.name, owner)
    except LastAdminError:
        return _account_page(account, 409, fault="last-admin", owner=owner)
    except NoAccountError:
        abort(404)
    return see_other(url_for("leads.show_accounts"))


def _changes(tx: Transaction) -> Accounts:
    return Accounts(program(), tx, lead_name(), now())


def _link(tx: Transaction, account: Lead, is_shown: bool) -> str | None:
    """Return a link to set the password; None if it goes to the account by email."""
    if can_email(program(), account.address) and not is_shown:
        _changes(tx).send_link(account)
        return None
    return _changes(tx).new_link(account.name)


def _with_link(account: Lead, link: str | None) -> Response:
    return page("account-link", account=account, url=link, by_proxy=is_used())


def _found(name: str) -> Lead:
    return leads.find(program().database, one_line(name)) or abort(404)


def _list(
    status: int = 200, form: _NewForm | None = None, faults: list[str] | None = None
) -> Response:
    return page(
        "accounts",
        status,
        accounts=leads.all_leads(program().database),
        roles=ROLES,
        by_proxy=is_used(),
        sends_email=bool(program().settings.smtp_url),
        typed=form.data if form else {"name": "", "email": "", "role": "lead"},
        faults=faults or (),
    )


def _account_page(account: Lead, status: int = 200, **values: object) -> Response:
    database = program().database
    owned = follow_ups.still_open(database, owner=account.name)
    cases = answered_cases.with_ids(database, (one.invitation_id for one in owned), now())
    shown = {"fault": None, "email": account.email or "", "owner": "", **values}
    return page(
        "account",
        status,
        account=account,
        roles=ROLES,
        by_proxy=is_used(),
        can_email=can_email(program(), account.address),
        follow_ups=[(one, cases.get(one.invitation_id)) for one in owned],
        decisions=[
            one for one in decisions.still_open(database) if one.owner.lower() == account.name
        ],
        **shown,
    )
