"""Hostile text inside Markdown: it may say anything and must not become anything.

Every character that means something to a dialect of Markdown becomes a backslash escape or a
character reference, which stand for themselves everywhere. Chat programs and code hosts look for
mentions, web addresses and issue numbers after Markdown is done, so an invisible word joiner parts
those; taking out U+2060 gives the text back.
"""

import re
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

from feedback_app.base.text import clean, one_line

JOINER = "\u2060"
# Embeddings, overrides and isolates reach past the text they stand in.
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_LINE_SEPARATORS = str.maketrans("\u2028\u2029", "\n\n")
_SPECIAL = re.compile(r"([\\`*_{}\[\]#])|[&<>|~$^]|==+|\+\++")
_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_BECOMES_A_LINK = re.compile(r"@|www(?=\.)|#(?=\d)|:(?=//|[+\w-]*[A-Za-z+-]:)", re.IGNORECASE)
_STARTS_A_BLOCK = re.compile(r"(\d+(?=[.)](?:\s|$)))?([!-/:-@\[-`{-~])")
_ADDRESS = "&',-./:;=?@+%#"


class Markdown(str):
    """Text that is Markdown on purpose: of a template, or made safe here."""

    __slots__ = ()


def plain(text: str) -> str:
    """Return `text` without control characters and without marks that turn other text around."""
    return clean(text.translate(_LINE_SEPARATORS)).translate(_BIDI)


def inline(text: str) -> Markdown:
    """Return `text` on one line, to stand anywhere in a paragraph, heading or table cell."""
    return Markdown(_escaped(one_line(plain(text))))


def quote(text: str) -> Markdown:
    """Return `text` as a block quote, its line breaks kept. It cannot leave the quote."""
    lines = [_escaped(line.rstrip()) for line in plain(text).strip("\n").split("\n")]
    quoted = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        # Two blanks at the end are the line break that every dialect knows.
        quoted.append(f"> {line}{'  ' if following else ''}" if line else ">")
    return Markdown("\n".join(quoted))


def link(text: str, address: str | None) -> Markdown:
    """Return `text` linked to `address` if that is a web address, else `text` alone."""
    target = _web_address(address or "")
    return Markdown(f"[{inline(text)}]({target})") if target else inline(text)


def _escaped(line: str) -> str:
    parted = _BECOMES_A_LINK.sub(rf"\g<0>{JOINER}", line)
    text = parted.lstrip()
    indent = "&#160;" * (len(parted.expandtabs(4)) - len(text.expandtabs(4)))
    if not (starts := _STARTS_A_BLOCK.match(text)):
        return indent + _SPECIAL.sub(_harmless, text)
    digits, mark = starts.groups()
    return (
        f"{indent}{digits or ''}{_reference(mark)}{_SPECIAL.sub(_harmless, text[starts.end() :])}"
    )


def _harmless(special: re.Match[str]) -> str:
    if special[1]:
        return f"\\{special[1]}"
    return "".join(map(_reference, special[0]))


def _reference(character: str) -> str:
    return _REFERENCES.get(character, f"&#{ord(character)};")


def web_address(address: str | None) -> str | None:
    """Return `address` if a browser may be sent there, percent-encoded, else None."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return percent_encode(address or "", safe=_ADDRESS)


def _web_address(address: str) -> Markdown | None:
    target = web_address(address)
    return Markdown(target.replace("&", "&amp;")) if target else None
