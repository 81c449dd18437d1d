"""What a request needs of the running program."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from flask import current_app, request

from feedback_app.links import BadLinkError, RevokedLinkError
from feedback_app.records import Invitation
from feedback_app.store import invitations
from feedback_app.wiring import Wiring

LARGEST_BODY = 64 * 1024


def body_too_large() -> bool:
    """Return whether the request brings more bytes than any form of ours needs."""
    return (request.content_length or 0) > LARGEST_BODY


def wiring() -> Wiring:
    """Return the parts of the running program."""
    return cast(Wiring, current_app.config["WIRING"])


def now() -> datetime:
    """Return the present moment by the clock the program was given."""
    return cast(Callable[[], datetime], current_app.config["CLOCK"])()


def open_invitation(token: str) -> Invitation | None:
    """Return the invitation a survey link was made for, or None if it is not one of ours."""
    try:
        invitation_id = wiring().links.read("survey", token).subject
    except BadLinkError:
        return None
    return invitations.find(wiring().database, invitation_id)


def is_revoked(token: str) -> bool:
    """Return whether this survey link was one of ours, and was revoked by its time."""
    try:
        wiring().links.read("survey", token)
    except RevokedLinkError:
        return True
    except BadLinkError:
        pass
    return False
