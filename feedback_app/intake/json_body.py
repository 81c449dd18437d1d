"""Parses the body of a request as JSON, with a limit for nesting and without duplicate names."""

import codecs
import json
import re
from typing import Any, NoReturn

MAX_DEPTH = 32
# Matches a whole string, closed or not, so that one pass over the body is enough.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class BodyError(ValueError):
    """The body cannot be read. The message says why."""


def parse(body: bytes) -> Any:
    """Return the JSON value in `body`. Raises BodyError, also for more than `MAX_DEPTH` levels."""
    body = without_mark(body)
    _check_depth(body)
    try:
        return json.loads(
            body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_once_each
        )
    except UnicodeDecodeError as error:
        raise BodyError("the body is not UTF-8") from error
    except BodyError:
        raise
    except ValueError as error:
        # The parser's message contains the position, never the text.
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "a number is too long"
        place = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BodyError(f"the body is not valid JSON: {reason}{place}") from error


def without_mark(body: bytes) -> bytes:
    """Return `body` without a byte order mark, which PowerShell and .NET put before UTF-8."""
    return body.removeprefix(codecs.BOM_UTF8)


def _check_depth(body: bytes) -> None:
    depth = 0
    for token in _TOKEN.finditer(body):
        sign = token[0]
        if sign in (b"[", b"{"):
            depth += 1
            if depth > MAX_DEPTH:
                raise BodyError(f"the body is nested more than {MAX_DEPTH} levels deep")
        elif sign in (b"]", b"}"):
            depth -= 1


def _refuse_constant(constant: str) -> NoReturn:
    raise BodyError(f"the body is not valid JSON: {constant} is not a JSON number")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BodyError(f"{name[:60]!r} occurs twice in one object")
        found[name] = value
    return found
