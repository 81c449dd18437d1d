"""Email addresses as people write them: with a name, in a list, as a link, with umlauts."""

import html
import re

from feedback_app.base.addresses import ascii_address
from feedback_app.base.text import INVISIBLE

_MAX_TEXT = 2000
_IN_BRACKETS = re.compile(r"<([^<>]+)>")
_SEPARATORS = re.compile(rf"[\s,;<>()\[\]\"|“”„«»{INVISIBLE}]+")
_AROUND = " '.:"
_LABEL = re.compile(r"(?:mailto|email|smtp):", re.IGNORECASE)


def plain_address(text: str) -> str:
    """Return the first email address in `text` in ASCII, or `text` itself if it has none.

    Understood are "Name <address>", quotes, lists, mailto: links, HTML entities, and domains with
    other letters, which become xn--…
    """
    if "@" not in text or len(text) > _MAX_TEXT:
        return text
    # A line break could smuggle a header in, so only its first line is looked at.
    line = html.unescape(text).strip().splitlines()[0]
    candidates = [*_IN_BRACKETS.findall(line), *_SEPARATORS.split(line)]
    for candidate in candidates:
        plain = _LABEL.sub("", candidate.strip(_AROUND), count=1).partition("?")[0]
        if address := ascii_address(plain):
            return address
    return text
