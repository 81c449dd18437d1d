"""Signs that an answer was sent by a program. Leads see them as flags; the answer still counts.

They are hints, not proof: a scanner that takes its time and picks random scores has no flag.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from feedback_app.records import Invitation

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# People need longer to read two questions and choose twice.
FASTEST_ANSWER = timedelta(seconds=2)
# Scanners open links while the email is being delivered.
DELIVERY_TIME = timedelta(seconds=10)


def flags(
    invitation: Invitation,
    opened_at: datetime,
    now: datetime,
    environ: "WSGIEnvironment",
    characters_removed: bool,
) -> tuple[str, ...]:
    """Return the flags of an answer submitted `now` from a page opened at `opened_at`."""
    sent_at = invitation.handed_over_at
    purpose = environ.get("HTTP_SEC_PURPOSE") or environ.get("HTTP_PURPOSE", "")
    found = {
        "at_once": _passed(opened_at, now) < FASTEST_ANSWER,
        "during_delivery": sent_at is not None and _passed(sent_at, now) < DELIVERY_TIME,
        "prefetch": "prefetch" in purpose.lower(),
        "no_browser": not environ.get("HTTP_USER_AGENT") or not environ.get("HTTP_ACCEPT_LANGUAGE"),
        "characters_removed": characters_removed,
    }
    return tuple(name for name, is_set in found.items() if is_set)


def _passed(earlier: datetime, now: datetime) -> timedelta:
    """Return the time since `earlier`; a day if the clock was set back, so it is unknown."""
    return now - earlier if now >= earlier else timedelta(days=1)
