"""The body of a request as JSON, measured before it is parsed."""

import json
import re
from typing import Any, NoReturn

DEEPEST = 32
# A string is skipped whole, closed or not, so that one pass over the body is enough.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class BodyError(ValueError):
    """The body is no usable JSON. The message says why."""


def parse(body: bytes) -> Any:
    """Return the JSON value in `body`. Raises BodyError, also for one nested beyond `DEEPEST`."""
    _measure(body)
    try:
        return json.loads(
            body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once_each
        )
    except UnicodeDecodeError as error:
        raise BodyError("the body is not UTF-8") from error
    except BodyError:
        raise
    except ValueError as error:
        # The parser's words name line and column, never the text.
        said = error.msg if isinstance(error, json.JSONDecodeError) else "a number is too long"
        place = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BodyError(f"the body is no JSON: {said}{place}") from error


def _measure(body: bytes) -> None:
    depth = 0
    for token in _TOKEN.finditer(body):
        sign = token[0]
        if sign in (b"[", b"{"):
            depth += 1
            if depth > DEEPEST:
                raise BodyError(f"the body is nested more than {DEEPEST} deep")
        elif sign in (b"]", b"}"):
            depth -= 1


def _refuse(constant: str) -> NoReturn:
    raise BodyError(f"the body is no JSON: {constant} is no number there")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BodyError(f"{name[:60]!r} is there twice in one object")
        found[name] = value
    return found
