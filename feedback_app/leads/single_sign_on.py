"""Single sign-on: a trusted proxy names who signed in, in a header. Off unless both are set."""

from flask import request

from feedback_app.leads.sessions import lead, sign_in, sign_out
from feedback_app.records import account_name
from feedback_app.store import leads
from feedback_app.web.client_address import peer_is_trusted
from feedback_app.web.request import program


def is_used() -> bool:
    """Return whether a proxy signs in, and passwords do not."""
    return program().settings.sign_in_header is not None


def recognise() -> None:
    """Sign in whom the proxy names, and out whoever it does not name any more.

    The header counts only in requests from the proxy itself, and only for accounts there are.
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
