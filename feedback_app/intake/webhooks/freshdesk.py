"""Objects as Freshdesk writes them into a text: {status:{from:4,to:5}}, which is no JSON."""

import re
from typing import Any

LONGEST = 10_000
DEEPEST = 8
_TOKEN = re.compile(r"\s*(?:(?P<sign>[{}:,])|\"(?P<quoted>[^\"]*)\"|(?P<bare>[^{}:,\"]+))")


def parse_braces(text: str) -> dict[str, Any] | None:
    """Return the object that `text` writes, its values texts or objects; None if it is none."""
    if len(text) > LONGEST or not text.strip().startswith("{"):
        return None
    tokens = []
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if not found:
            return None
        tokens.append(found)
        at = found.end()
    try:
        value, rest = _object(tokens, 0, 1)
    except (IndexError, ValueError):
        return None
    return value if rest == len(tokens) else None


def _object(tokens: list[re.Match[str]], at: int, depth: int) -> tuple[dict[str, Any], int]:
    """Return the object that begins at this token, and the place behind it."""
    _expect(tokens[at], "{")
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    found: dict[str, Any] = {}
    at += 1
    while tokens[at]["sign"] != "}":
        name = _word(tokens[at])
        _expect(tokens[at + 1], ":")
        value: Any
        if tokens[at + 2]["sign"] == "{":
            value, at = _object(tokens, at + 2, depth + 1)
        else:
            value, at = _word(tokens[at + 2]), at + 3
        found[name] = value
        if tokens[at]["sign"] == ",":
            at += 1
    return found, at + 1


def _word(token: re.Match[str]) -> str:
    if token["sign"]:
        raise ValueError("a word is missing")
    return token["quoted"] if token["quoted"] is not None else token["bare"].strip()


def _expect(token: re.Match[str], sign: str) -> None:
    if token["sign"] != sign:
        raise ValueError(f"{sign} is missing")
