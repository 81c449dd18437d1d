"""Checks of email addresses and hosts."""

import re
from unicodedata import normalize
from urllib.parse import SplitResult, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from feedback_app.base.text import INVISIBLE
from support_facts import is_email_address

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
# A local part that needs no full validation.
_SIMPLE_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")

IN_ASCII = "in ASCII, a domain with other letters as xn--…"


def ascii_address(text: str) -> str | None:
    """Return this one address with its domain in ASCII, or None if it is not an address."""
    if is_email_address(text):
        return text
    if "=?" in text:
        return None
    try:
        return validate_email(text, check_deliverability=False).ascii_email
    except EmailNotValidError:
        return None


def is_here(host: str | None) -> bool:
    """Return whether this host is the local machine."""
    return host == "localhost" or (host or "").startswith("127.") or host == "::1"


def parts_of(url: str) -> SplitResult:
    """Return the parts of a URL. Raises ValueError that omits the URL and so its password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("not a valid URL: check brackets and port (1 to 65535)") from None
    return parts


def spellings(address: str) -> tuple[str, ...]:
    """Return the lower-case spellings of an email address, the one in ASCII first.

    A domain with letters outside ASCII has a second spelling. Text that is not an address has one.
    """
    text = normalize("NFKC", address).strip().lower()
    local, _, domain = text.rpartition("@")
    if domain.isascii() and "xn--" not in domain and _SIMPLE_LOCAL.fullmatch(local):
        return (text,)
    try:
        parts = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return (text,)
    local = parts.local_part.lower()
    both = (f"{local}@{parts.ascii_domain.lower()}", f"{local}@{parts.domain.lower()}")
    return tuple(dict.fromkeys(both))


def mentions_address(text: str, address: str) -> bool:
    """Return whether `text` contains this address, in any spelling and surroundings.

    Longer addresses that contain it do not count: neither xa@b.example nor a@b.example.org is a
    mention of a@b.example.
    """
    plain = _INVISIBLE.sub("", normalize("NFKC", text)).lower()
    # A mailto: link may contain %40.
    texts = {plain, unquote(plain)}
    patterns = [_whole(spelling) for spelling in spellings(address)]
    return any(pattern.search(one) for pattern in patterns for one in texts)


def _whole(spelling: str) -> re.Pattern[str]:
    """Return a pattern for an address that is not part of a longer one.

    Dots, hyphens, plus signs, apostrophes and ampersands only belong to an address if they join
    it to a letter or digit. Underscores on both sides are emphasis in Markdown.
    """
    exact = re.escape(spelling)
    return re.compile(
        rf"(?:\A|[^\w.+\-'&])[.+\-'&]*{exact}(?![\w@]|[.\-]+\w)|(?<!\w)_+{exact}_+(?![\w@])"
    )
