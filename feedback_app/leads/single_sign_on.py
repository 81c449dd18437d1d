"""Single sign-on: a trusted proxy sends the account name in a header."""

from flask import request

from feedback_app.leads.sessions import lead, sign_in, sign_out
from feedback_app.records import account_name
from feedback_app.store import leads
from feedback_app.web.client_address import peer_is_trusted
from feedback_app.web.request import program


def is_used() -> bool:
    """Return whether single sign-on replaces passwords."""
    return program().settings.sign_in_header is not None


def recognise() -> None:
    """Sign in the account that the proxy names, and sign out any other.

    The header is ignored unless a trusted proxy sent the request and the account exists.
    """
    if not is_used():
        return
    found = leads.find(program().database, named) if (named := _named()) else None
    here = lead()
    if here and (not found or here.name != found.name):
        sign_out()
        here = None
    if found and not here:
        sign_in(found)


def _named() -> str | None:
    if not peer_is_trusted():
        return None
    try:
        return account_name(request.headers.get(program().settings.sign_in_header or "", ""))
    except ValueError:
        return None
