"""What counts as an email address, in support.toml and everywhere else."""

import re
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

# Companies receive email under .local, and test systems under localhost or .test. The library
# documents changing this list as the way to accept them.
SPECIAL_USE_DOMAIN_NAMES.clear()

# Addresses whose local part cannot be wrong and cannot make the address too long.
_SIMPLE = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@([\x21-\x7e]+)")
_SHORT = 60


def is_email_address(text: str) -> bool:
    """Return whether `text` is one email address in ASCII, without a display name.

    The host may have a single label, such as localhost. DNS is not queried. Local parts that look
    like encoded words (RFC 2047) are refused, because email headers do not carry them unchanged.
    """
    # The library takes 50 µs for an address; a file repeats its domains.
    if (simple := _SIMPLE.fullmatch(text)) and len(text) <= _SHORT:
        return _is_valid(f"a@{simple[1]}")
    return text.isascii() and "=?" not in text and _is_valid.__wrapped__(text)


def domain_or_address(text: str) -> str:
    """Return a domain, with or without @ before it, or an address, in ASCII and lower case.

    Raises ValueError for anything else, and for a domain without a dot.
    """
    domain = text.rpartition("@")[2]
    try:
        whole = text if text.rpartition("@")[0] else f"a@{domain}"
        found = validate_email(whole, check_deliverability=False)
    except EmailNotValidError:
        found = None
    if not found or not found.ascii_email:
        raise ValueError('write a domain like "customer.example" or an email address')
    return (found.ascii_email if whole == text else found.ascii_domain).lower()


@lru_cache(maxsize=10_000)
def _is_valid(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return True
