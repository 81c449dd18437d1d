"""Escape untrusted text for Markdown, so that every Markdown dialect shows it as plain text.

Characters with a meaning in some dialect become backslash escapes or character references. Chat
programs and code hosts also turn mentions, web addresses and issue numbers into links after
rendering, so an invisible word joiner (U+2060) splits those.
"""

import re
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

from feedback_app.base.text import isolated, one_line

JOINER = "\u2060"
_SPECIAL = re.compile(r"([\\`*_{}\[\]#])|[&<>|~$^]|==+|\+\++")
_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_BECOMES_A_LINK = re.compile(r"@|www(?=\.)|#(?=\d)|:(?=//|[+\w-]*[A-Za-z+-]:)", re.IGNORECASE)
_STARTS_A_BLOCK = re.compile(r"(\d+(?=[.)](?:\s|$)))?([!-/:-@\[-`{-~])")
_ADDRESS = "&',-./:;=?@+%#"


class Markdown(str):
    """Text that is Markdown already, from a template or escaped here."""

    __slots__ = ()


def inline(text: str) -> Markdown:
    """Return `text` on one line, for a paragraph, heading or table cell."""
    return Markdown(_escaped(isolated(one_line(text))))


def quote(text: str) -> Markdown:
    """Return `text` as a block quote with its line breaks."""
    lines = [_escaped(line.rstrip()) for line in isolated(text).strip("\n").split("\n")]
    quoted = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        # Two spaces at the end are a line break in every dialect.
        quoted.append(f"> {line}{'  ' if following else ''}" if line else ">")
    return Markdown("\n".join(quoted))


def link(text: str, address: str | None) -> Markdown:
    """Return `text` linked to `address` if that is a web address, else only `text`."""
    target = web_address(address)
    if not target:
        return inline(text)
    return Markdown(f"[{inline(text)}]({target.replace('&', '&amp;')})")


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
    """Return `address` percent-encoded if it is an http or https address, else None."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return percent_encode(address or "", safe=_ADDRESS)
