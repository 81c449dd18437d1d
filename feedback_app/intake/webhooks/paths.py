"""Paths to values in a payload: issue.fields.status.name, items[0], items[field=status].toString.

A list of texts is read as lines; items[*].name reads the names of all its elements. [field=value]
chooses the first such element of a list, or reads a single object only if it has that value.
Paths separated by | are tried in order; the first one that leads to a text, a number or a boolean
counts. `@received` is the time of the request, `@header.NAME` one of its headers.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator

from feedback_app.base.times import to_text

# A dot separates names, so a name must follow it.
_STEP = (
    r"(?:^|(?<=.)\.)(?P<name>[^.\[\]|=]+)|\[(?P<place>[0-9]{1,4})\]|\[(?P<every>\*)\]"
    r"|\[(?P<key>[^\]=]+)=(?P<value>[^\]]*)\]"
)
_PATH = re.compile(f"(?:{_STEP})+")
_HEADER = "@header"
EVERY = ("*", "*")
PathStep = str | int | tuple[str, str]


class PathError(ValueError):
    """The text is not a path. The message shows examples."""


@dataclass(frozen=True)
class PayloadPath:
    """Alternative paths to one value of a payload, tried in order."""

    paths: tuple[tuple[PathStep, ...], ...]

    @classmethod
    def parse(cls, text: str) -> "PayloadPath":
        """Return the path in `text`. Raises PathError."""
        return cls(tuple(_steps(path.strip()) for path in text.split("|")))

    def read(self, payload: Mapping[str, Any]) -> str:
        """Return the value as text, or "" if there is none."""
        for path in self.paths:
            values: list[Any] = [payload]
            for step in path:
                values = [child for value in values for child in _children(value, step)]
            if text := "\n".join(filter(None, map(_as_text, values))):
                return text
        return ""


def _valid(text: str) -> str:
    PayloadPath.parse(text)
    return text


# A path in a preset; an optional one can be empty.
PathText = Annotated[str, AfterValidator(_valid)]
OptionalPath = Annotated[str, AfterValidator(lambda text: text and _valid(text))]


def with_request_data(
    payload: Mapping[str, Any], headers: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Return the payload with the time and headers of its request, which it cannot forge."""
    named = {name.lower(): value for name, value in headers.items()}
    return {**payload, "@received": to_text(now), _HEADER: named}


def _steps(text: str) -> tuple[PathStep, ...]:
    if not _PATH.fullmatch(text):
        raise PathError(
            f"{text!r} is not a path: write one such as issue.key, items[0].id "
            "or items[field=status].toString"
        )
    steps = [_step(found) for found in re.finditer(_STEP, text)]
    if steps[0] == _HEADER:
        steps[1:] = [str(step).lower() for step in steps[1:]]
    return tuple(steps)


def _step(found: re.Match[str]) -> PathStep:
    if found["name"]:
        return found["name"]
    if found["every"]:
        return EVERY
    return int(found["place"]) if found["place"] else (found["key"], found["value"])


def _children(value: Any, step: PathStep) -> list[Any]:
    if step == EVERY:
        return value if isinstance(value, list) else []
    return [_child(value, step)]


def _child(value: Any, step: PathStep) -> Any:
    if isinstance(step, str):
        return value.get(step) if isinstance(value, dict) else None
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else None
    key, wanted = step
    elements = value if isinstance(value, list) else [value]
    chosen = (one for one in elements if isinstance(one, dict) and _as_text(one.get(key)) == wanted)
    return next(chosen, None)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        # JSON has one type of number: some systems write 12 as 12.0.
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "\n".join(filter(None, (_as_text(one) for one in value if not _is_nested(one))))
    return value.strip() if isinstance(value, str) else ""


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list)
