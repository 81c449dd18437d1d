"""Names of stored keys in a language: case kinds, themes, flags, reasons for handling with care."""

from collections.abc import Sequence
from typing import Protocol

from feedback_app.base.language import catalogue
from support_facts import Text


class _Named(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def name(self) -> Text: ...


def name_of(entries: Sequence[_Named], key: str | None, language: str) -> str:
    """Return the name of a kind, reason or theme, or the key if it is not in the facts."""
    return {entry.key: entry.name[language] for entry in entries}.get(key or "", key or "–")


def flag_name(flag: str, language: str) -> str:
    """Return why an answer may be automated."""
    texts = catalogue(language)
    return {
        "at_once": texts.gettext("sent within 2 seconds"),
        "during_delivery": texts.gettext("sent while the email was being delivered"),
        "prefetch": texts.gettext("sent by a browser that prefetches pages"),
        "no_browser": texts.gettext("sent without a browser's usual headers"),
        "characters_removed": texts.gettext("contained characters that cannot be displayed"),
        "other_values": texts.gettext("other values were sent later"),
    }.get(flag, flag)


def care_name(reason: str, language: str) -> str:
    """Return why a comment is to be handled with care."""
    texts = catalogue(language)
    return {
        "threat": texts.gettext("threat"),
        "personal_data": texts.gettext("personal data"),
        "names_agent": texts.gettext("names an agent"),
        "unread": texts.gettext("nobody has read it yet"),
    }.get(reason, reason)
