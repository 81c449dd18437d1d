"""Redaction of words in comments."""

import re

REDACTED = "▇▇▇"
# A customer may have typed the character too, next to redacted words.
_REDACTED_PART = re.compile(f"{REDACTED[0]}{{{len(REDACTED)},}}")


def redact(text: str, words: str) -> str:
    """Return `text` with every occurrence of `words` redacted.

    Case and the kind of white space between words are ignored. Text that is already redacted does
    not change: redaction characters at the ends of `words` are ignored.
    """
    parts = [re.escape(part) for part in words.strip(REDACTED).split()]
    if not parts:
        return text
    return re.sub(r"\s+".join(parts), REDACTED, text, flags=re.IGNORECASE)


def matches_redacted(redacted: str, text: str) -> bool:
    """Return whether `redacted` equals `text` or can result from redacting parts of it.

    Runs in linear time for every input.
    """
    first, *others = _REDACTED_PART.split(redacted)
    if not others:
        return redacted == text
    *between, last = others
    if len(first) + len(last) > len(text) or not text.startswith(first):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in between:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return text.endswith(last)
