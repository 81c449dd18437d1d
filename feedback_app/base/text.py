"""What may be stored of what people type: the border between hostile text and our tables."""

import re

# Unicode categories Cc (but newline and tab) and Cs, and the two non-characters.
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MAILBOX = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")


def clean(typed: str) -> str:
    """Return `typed` without characters no table, mail or spreadsheet can carry.

    Dropped: NUL and other control characters (PostgreSQL refuses NUL, XLSX the rest), lone
    surrogates and the non-characters U+FFFE and U+FFFF. Line ends become a single newline.
    """
    return _UNSTORABLE.sub("", typed.replace("\r\n", "\n").replace("\r", "\n"))


def without_addresses(said: str) -> str:
    """Return `said` on one line without mail addresses, for logs."""
    return _MAILBOX.sub("…", one_line(said))


def one_line(typed: str) -> str:
    """Return `typed` cleaned, with every run of white space as one blank and none at the ends."""
    return " ".join(clean(typed).split())
