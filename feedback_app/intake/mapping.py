"""The names of fields and columns in mappings, and how they are written on the command line.

A column is the sender's name of a value: a CSV column or a path in a payload.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from feedback_app.intake.errors import quoted
from feedback_app.records import CASE_FIELDS

# Nothing else is ever imported, so no field can receive an agent's name.
FIELDS = tuple(CASE_FIELDS)
_NUMBERED = re.compile(r"(.+)\[[0-9]{1,4}\]")
_POSITION = re.compile(r"#([0-9]{1,5})")


class MappingError(ValueError):
    """The mapping does not fit the fields or the columns. The message lists the valid ones."""


def labels(columns: Sequence[str]) -> tuple[str, ...]:
    """Return a unique label for each column: its name, with [1], [2] … if it exists repeatedly."""
    seen: Counter[str] = Counter()
    found = []
    for name in columns:
        seen[name] += 1
        found.append(f"{name}[{seen[name]}]" if columns.count(name) > 1 else name)
    return tuple(found)


def base_name(text: str) -> str:
    """Return the name of the column that `text` chooses, without [2]."""
    numbered = _NUMBERED.fullmatch(text)
    return numbered[1] if numbered else text


def label_of(text: str, present: Sequence[str]) -> str:
    """Return the label of the column that `text` names: by name, by name[2] or by position #3.

    Raises MappingError if there is no such column, or several.
    """
    known = labels(present)
    if text in known:
        return text
    if text in present:
        first, second = f"{text}[1]", f"{text}[2]"
        raise MappingError(
            f"column {quoted(text)} exists more than once: choose {first} or {second}, and so on"
        )
    position = _POSITION.fullmatch(text)
    if position and 1 <= int(position[1]) <= len(known):
        return known[int(position[1]) - 1]
    raise MappingError(
        f"there is no column {quoted(text)}{nearest(text, present)}: {listed(present)}"
    )


def listed(present: Sequence[str]) -> str:
    """Return the names of these columns for a message."""
    return f"the columns are {', '.join(name for name in present if name)}"


def once_each(texts: Iterable[str], shape: str) -> dict[str, str]:
    """Return `name=value` texts as a dictionary. Raises MappingError if a name is repeated."""
    found = alternatives(texts, shape)
    for name, values in found.items():
        if len(values) > 1:
            raise MappingError(f"{name} is given twice: write {shape} once for each field")
    return {name: values[0] for name, values in found.items()}


def alternatives(texts: Iterable[str], shape: str) -> dict[str, list[str]]:
    """Return all values of `name=value` texts by name.

    Raises MappingError naming the expected `shape`.
    """
    found: dict[str, list[str]] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (sign and name.strip()):
            raise MappingError(f"{quoted(text)} is not of the form {shape}")
        found.setdefault(name.strip(), []).append(value.strip())
    return found


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint at the known name that is most like `name`, or "" if none is."""
    near = get_close_matches(name, [one for one in known if one], n=1)
    return f" (did you mean {near[0]}?)" if near else ""
