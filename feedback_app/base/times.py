"""Times as text: in UTC and of fixed width, so that text order is time order; and for people."""

from datetime import UTC, datetime, tzinfo

_WIDTH = len("2026-11-24T01:50:11Z")


def now() -> datetime:
    """Return the current time in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def to_text(moment: datetime) -> str:
    """Return `moment` as UTC text such as 2026-11-24T01:50:11Z.

    Raises ValueError if `moment` has no time zone, because a guess could change its week.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone: add one")
    # strftime's %Y does not pad years below 1000 on every platform; isoformat does.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def local_text(moment: datetime, zone: tzinfo) -> str:
    """Return `moment` in a time zone, with the zone's name, such as 2026-11-24 02:50 CET."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def from_text(text: str) -> datetime:
    """Return the UTC datetime that `to_text` wrote. Raises ValueError for any other text."""
    # strptime is slower: it takes a tenth of the time of a page.
    if len(text) != _WIDTH or not text.endswith("Z"):
        raise ValueError(f"{text!r} is not a UTC time such as 2026-11-24T01:50:11Z")
    return datetime.fromisoformat(text)
