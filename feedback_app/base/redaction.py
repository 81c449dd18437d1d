"""Words blacked out of a comment: what stands there instead, and what it may have been."""

import re

REDACTED = "▇▇▇"
# A customer may have typed the sign too, beside what was blacked out.
_ANY_TEXT = re.compile(f"{REDACTED[0]}{{{len(REDACTED)},}}")


def redact(text: str, words: str) -> str:
    """Return `text` with every occurrence of `words` blacked out.

    Capital letters and the kind of white space between words make no difference. What is blacked
    out already stays so: signs of it at the ends of `words` are left aside.
    """
    parts = [re.escape(part) for part in words.strip(REDACTED).split()]
    if not parts:
        return text
    return re.sub(r"\s+".join(parts), REDACTED, text, flags=re.IGNORECASE)


def matches_redacted(blacked_out: str, text: str) -> bool:
    """Return whether `blacked_out` is `text` with some of it blacked out, or `text` itself.

    Takes time in proportion to the texts, whatever stands in them.
    """
    first, *others = _ANY_TEXT.split(blacked_out)
    if not others:
        return blacked_out == text
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
