"""What a request needs of the running program."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from flask import current_app

from feedback_app.base.links import BadLinkError, RevokedLinkError
from feedback_app.program import Program
from feedback_app.records import Invitation
from feedback_app.store import invitations


def program() -> Program:
    """Return the parts of the running program."""
    return cast(Program, current_app.config["PROGRAM"])


def now() -> datetime:
    """Return the present moment by the clock the program was given."""
    return cast(Callable[[], datetime], current_app.config["CLOCK"])()


def open_invitation(token: str) -> Invitation | None:
    """Return the invitation a survey link was made for, or None if it is not one of ours."""
    try:
        invitation_id = program().links.read("survey", token).subject
    except BadLinkError:
        return None
    return invitations.find(program().database, invitation_id)


def is_revoked(token: str) -> bool:
    """Return whether this survey link was one of ours, and was revoked by its time."""
    try:
        program().links.read("survey", token)
    except RevokedLinkError:
        return True
    except BadLinkError:
        pass
    return False
