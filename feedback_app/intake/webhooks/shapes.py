"""The shape of a payload: its paths and types, without values or personal data."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

MAX_LINES = 40
MAX_LINE = 160
# Names of fields. Other keys can be data, such as an address or a phone number.
_NAME = re.compile(r"(?!.*[0-9]{7})[A-Za-z_][A-Za-z0-9_$:-]{0,39}")
UNNAMED = "…"
_TYPES = {
    str: "text",
    bool: "true or false",
    int: "number",
    float: "number",
    type(None): "null",
    dict: "empty object",
    list: "empty list",
}


def shape_of(payload: Any) -> tuple[str, ...]:
    """Return lines such as "issue.fields.status.name: text", at most `MAX_LINES`.

    Of a list, only the first element is described.
    """
    return tuple(line[:MAX_LINE] for line in islice(_lines("", payload), MAX_LINES))


def _lines(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            # The request's own time and headers are not part of the payload.
            if not key.startswith("@"):
                name = key if _NAME.fullmatch(key) else UNNAMED
                yield from _lines(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list) and value:
        yield from _lines(f"{path}[0]", value[0])
    else:
        yield f"{path}: {_TYPES[type(value)]}" if path else _TYPES[type(value)]
