"""One thing the feed tells."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Entry:
    """One thing to tell; `key` never changes, `page` lies beside the feed."""

    key: str
    day: date
    title: str
    text: str
    page: str
