"""Cleans text typed by people before it is stored or logged."""

import re

# Unicode categories Cc (but newline and tab) and Cs, and the two non-characters.
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MAILBOX = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")


def clean(typed: str) -> str:
    """Return `typed` without characters that databases, emails or spreadsheets reject.

    Removed are NUL (PostgreSQL), other control characters (XLSX), lone surrogates and the
    non-characters U+FFFE and U+FFFF. Line endings become a single newline.
    """
    return _UNSTORABLE.sub("", typed.replace("\r\n", "\n").replace("\r", "\n"))


def without_addresses(text: str) -> str:
    """Return `text` on one line without email addresses, for logs."""
    return _MAILBOX.sub("…", one_line(text))


def one_line(typed: str) -> str:
    """Return `typed` cleaned and trimmed, with each run of white space as one space."""
    return " ".join(clean(typed).split())
