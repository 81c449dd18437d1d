"""What a value must be beyond its type.

A check takes a fact's dotted key and value, and returns its fault in one line, or None.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Check = Callable[[str, Any], str | None]

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\".]+(\.[^\s@<>,;\".]+)+")
_PAGE = re.compile(r"[a-z0-9/-]+\.md(#[a-z0-9-]+)?")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{3,}")


def between(low: int, high: int) -> Check:
    """Ask for a number from `low` to `high`, both included."""

    def check(key: str, value: int) -> str | None:
        if low <= value <= high:
            return None
        return f"{key} is {value}: write a number from {low} to {high}"

    return check


def _keys(entries: Any) -> list[str]:
    """Return the keys of a mapping, or of records with a key."""
    return [getattr(entry, "key", entry) for entry in entries]


def having(*keys: str) -> Check:
    """Ask for the entries that the program knows by key; further ones are welcome."""

    def check(key: str, entries: Any) -> str | None:
        missing = [f"[{key}.{wanted}]" for wanted in keys if wanted not in _keys(entries)]
        if not missing:
            return None
        return f"{key} lacks an entry the program needs: add the table {' and '.join(missing)}"

    return check


def only(*keys: str) -> Check:
    """Ask for exactly these entries: the program can store no other."""

    def check(key: str, entries: Any) -> str | None:
        extra = [there for there in _keys(entries) if there not in keys]
        if extra:
            known = ", ".join(keys)
            return f"{key}.{extra[0]} is unknown: there can be only {known}; rename it or remove it"
        return having(*keys)(key, entries)

    return check


def language_codes(key: str, value: Sequence[str]) -> str | None:
    """Ask for at least one language, none twice."""
    wrong = [code for code in value if not _LANGUAGE.fullmatch(code)]
    if wrong:
        return f'{key} has {wrong[0]!r}: write codes like "en" or "de"'
    if not value:
        return f'{key} is missing or empty: add {key} = ["en"] at the top of the file'
    if len(set(value)) < len(value):
        return f"{key} names a language twice: remove one"
    return None


def time_zone(key: str, value: str) -> str | None:
    """Ask for a time zone that is known here."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f'{key} is {value!r}, which is no time zone: write one like "Europe/Berlin"'
    return None


def web_address(key: str, value: str) -> str | None:
    """Ask for a whole http(s) address."""
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("https", "http") and bool(parts.hostname)
    except ValueError:
        good = False
    if good and not re.search(r"[\s\"<>]", value):
        return None
    return f'{key} is {value!r}: write a whole address like "https://support.example.org"'


def mail_address(key: str, value: str) -> str | None:
    """Ask for one bare mail address."""
    if _ADDRESS.fullmatch(value):
        return None
    return f'{key} is {value!r}: write one mail address like "support@example.org"'


def phone_number(key: str, value: str) -> str | None:
    """Ask for a number that can be dialled."""
    if _PHONE.fullmatch(value):
        return None
    return f'{key} is {value!r}: write digits and spaces like "+49 30 1234567"'


def page_name(key: str, value: str) -> str | None:
    """Ask for a page of the site, with an anchor if need be."""
    if _PAGE.fullmatch(value):
        return None
    return f'{key} is {value!r}: write a page like "case-status.md" or "case-status.md#closed"'
