"""Parse Freshdesk's change objects in text, such as {status:{from:4,to:5}}. They are not JSON."""

import json
import re
from typing import Any

MAX_CHARACTERS = 10_000
MAX_DEPTH = 8
# A comma before a closing brace is allowed, as in {a:b,}; JSON does not have it.
_TOKEN = re.compile(
    r'\s*(?:(?P<last>,\s*(?=\}))|(?P<sign>[{}:,])|"(?P<quoted>[^"]*)"|(?P<bare>[^{}:,"]+))'
)


def parse_braces(text: str) -> dict[str, Any] | None:
    """Return the object in `text`, its values texts or objects; None if there is none."""
    if len(text) > MAX_CHARACTERS or not text.strip().startswith("{"):
        return None
    written = _TOKEN.sub(_as_json, text.strip())
    if not 0 < _depth(written) <= MAX_DEPTH:
        return None
    try:
        value = json.loads(written)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _as_json(token: re.Match[str]) -> str:
    if token["last"]:
        return ""
    if token["sign"]:
        return token["sign"]
    quoted = token["quoted"]
    return json.dumps(quoted if quoted is not None else token["bare"].strip())


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in re.sub(r'"(?:[^"\\]|\\.)*"', "", text):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        deepest = max(deepest, depth)
    return deepest
