"""What looks unlike a person, from the POST alone. Flags are shown to leads, nothing is dropped.

A scanner that picks random answers in both questions and takes its time cannot be told from a
person; these flags are hints, not proof.
"""

from datetime import datetime, timedelta

from werkzeug.datastructures import Headers

from feedback_app.records import Invitation

# Reading two questions and choosing twice takes a person longer.
AT_ONCE = timedelta(seconds=2)
# Scanners look at a mail while it is being delivered.
DURING_DELIVERY = timedelta(seconds=10)


def flags(
    invitation: Invitation,
    opened_at: datetime,
    now: datetime,
    headers: Headers,
    characters_removed: bool,
) -> tuple[str, ...]:
    """Return the flags of a POST whose page was opened at `opened_at`."""
    handed_over = invitation.handed_over_at
    purpose = headers.get("Sec-Purpose", headers.get("Purpose", ""))
    seen = {
        "at_once": now - opened_at < AT_ONCE,
        "during_delivery": handed_over is not None and now - handed_over < DURING_DELIVERY,
        "prefetch": "prefetch" in purpose.lower(),
        "no_browser": not headers.get("User-Agent") or not headers.get("Accept-Language"),
        "characters_removed": characters_removed,
    }
    return tuple(name for name, is_so in seen.items() if is_so)
