"""Headers of a recorded request, as tools for webhooks print them."""

import json
import re
from typing import Any

from werkzeug.datastructures import Headers

_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)")
_REQUEST_LINE = re.compile(r"[A-Z]+ (\S+) HTTP/[0-9.]+")


class HeadersError(ValueError):
    """The text has no headers. The message names the line."""


def parse_headers(text: str) -> tuple[Headers, str]:
    """Return the headers in `text`, and the address in its request line or "".

    Understood are lines `Name: value`, the output of `curl -v`, of which only the lines of the
    request (>) count, and JSON: an object, or a list of objects with name and value. Raises
    HeadersError.
    """
    if text.lstrip().startswith(("{", "[")):
        return _from_json(text), ""
    lines = text.splitlines()
    sent = [line[1:].strip() for line in lines if line.startswith(">")]
    headers, address = Headers(), ""
    for at, line in enumerate(sent or lines, 1):
        if found := _HEADER.fullmatch(line.strip()):
            headers.add(found[1], found[2].strip())
        elif found := _REQUEST_LINE.fullmatch(line.strip()):
            address = found[1]
        elif line.strip():
            raise HeadersError(f"line {at} of the headers is not of the form Name: value")
    return headers, address


def _from_json(text: str) -> Headers:
    try:
        content = json.loads(text)
        pairs = list(content.items()) if isinstance(content, dict) else map(_pair, content)
        return Headers([(str(name), _value(value)) for name, value in pairs])
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise HeadersError("the headers are not a JSON object of texts") from error


def _pair(one: Any) -> tuple[Any, Any]:
    return one["name"], one["value"]


def _value(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value)
