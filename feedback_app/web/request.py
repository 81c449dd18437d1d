"""The running program, its time, and the invitation of a survey link, during a request."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from flask import current_app, request

from feedback_app.base.links import BadLinkError, RevokedLinkError, split_token
from feedback_app.program import Program
from feedback_app.records import Invitation
from feedback_app.store import invitations


def program() -> Program:
    """Return the running program."""
    found: Program = current_app.config["PROGRAM"]
    return found


def query_value(name: str) -> str:
    """Return a parameter of the query, or "". Werkzeug is slow if there is no query."""
    return request.args[name] if request.query_string and name in request.args else ""


def now() -> datetime:
    """Return the current time of the program's clock."""
    clock: Callable[[], datetime] = current_app.config["CLOCK"]
    return clock()


def open_invitation(token: str) -> Invitation | None:
    """Return the invitation of a survey link, or None if the link is invalid."""
    ours = program()
    try:
        link = ours.links.read("survey", token)
    except BadLinkError:
        return None
    found = invitations.find(ours.database, link.subject)
    return found and found.opened_by(link.at)


def link_fault(token: str) -> Literal["cut", "unknown", "revoked", "forgotten"]:
    """Return why a survey link has no invitation.

    It is "cut" if it does not contain a complete token, "unknown" if the signature is invalid, also
    by a key that was removed, "revoked" if it was signed before FEEDBACK_LINKS_VALID_FROM, and
    "forgotten" if the database no longer contains the invitation.
    """
    try:
        program().links.read("survey", token)
    except RevokedLinkError:
        return "revoked"
    except BadLinkError:
        return "unknown" if split_token(token)[0] else "cut"
    return "forgotten"
