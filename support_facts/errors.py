"""Faults of support.toml, one line each: the key, what is wrong, and how to fix it.

Keys are dotted, and entries of a list count from 1: "questions.ease.points.5".
"""

from collections.abc import Iterator, Sequence
from datetime import date, time
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from support_facts.schema import ENTRY_KEY
from support_facts.text import CONTROL, Text

_FIXES = {
    "string_type": "write a text",
    "bool_type": "write true or false",
    "int_type": "write a whole number",
    "date_type": "write a day like 2026-11-23, without quotation marks",
    "model_type": "write a table",
    "dict_type": "write a table",
    "tuple_type": "write a list",
}
_EXAMPLES: dict[Any, str] = {
    int: "a whole number",
    bool: "true or false",
    date: "2026-11-23 (year-month-day)",
}
Location = tuple[int | str, ...]


def explain(
    error: ValidationError, model: type[BaseModel], languages: Sequence[str]
) -> Iterator[str]:
    """Yield every fault of a file that was read as `model`; each is one line of text."""
    for detail in error.errors(include_url=False):
        for fault in _faults(detail, model, languages):
            yield CONTROL.sub(lambda found: ascii(found[0])[1:-1], fault)


def _faults(
    detail: ErrorDetails, model: type[BaseModel], languages: Sequence[str]
) -> Iterator[str]:
    loc, value = detail["loc"], detail["input"]
    key = _dotted(loc)
    if detail["type"] == "missing":
        yield f"{key} is missing: add {_example(loc, model, languages)}"
    elif detail["type"] == "extra_forbidden":
        near = get_close_matches(str(loc[-1]), _type_at(loc[:-1], model).model_fields, 1, 0.5)
        yield f"{key} is unknown: {f'did you mean {near[0]}?' if near else 'remove it'}"
    elif _type_at(loc, model) is Text:
        yield from _incomplete_text(key, value, languages)
    else:
        fix = _fix(detail)
        yield fix.replace("{key}", key) if "{key}" in fix else f"{key} is {_shown(value)}: {fix}"


def _dotted(loc: Location) -> str:
    names = (str(part + 1) if isinstance(part, int) else part for part in loc)
    return ".".join(name for name in names if name != ENTRY_KEY)


def _type_at(loc: Location, model: type[BaseModel]) -> Any:
    """Return the type of the value at `loc`, without None and checks."""
    found: Any = model
    for part in loc:
        if get_origin(found) is tuple:
            found = get_args(found)[0]
        elif found is Text:
            found = str
        else:
            found = found.model_fields["key" if part == ENTRY_KEY else part].annotation
        while get_origin(found) in (Annotated, Union, UnionType):
            found = get_args(found)[0]
    return found


def _example(loc: Location, model: type[BaseModel], languages: Sequence[str]) -> str:
    """Return an example line for a missing key, with the table it goes into."""
    table, name, kind = _dotted(loc[:-1]), str(loc[-1]), _type_at(loc, model)
    if kind is Text:
        return _all_languages(f"{name}.", table, languages)
    if get_origin(kind) is tuple or hasattr(kind, "model_fields"):
        return f"the table or list {_dotted(loc)}{_place(table)}"
    field = _type_at(loc[:-1], model).model_fields[name]
    optional = ', "" while it is not set' if type(None) in get_args(field.annotation) else ""
    example = _EXAMPLES.get(kind, '"…"')
    return f"{name} = {example}{_place(table)}{optional}"


def _incomplete_text(key: str, value: Any, languages: Sequence[str]) -> Iterator[str]:
    table, _, name = key.rpartition(".")
    prefix, place = ("", key) if name.isdigit() else (f"{name}.", table)
    if not isinstance(value, dict):
        fix = _all_languages(prefix, place, languages)
        yield f"{key} is {_shown(value)}: write it in every language, {fix}"
        return
    for language in languages:
        if language not in value:
            yield f"{key} lacks {language!r}: add {_all_languages(prefix, place, [language])}"
    for language in sorted(value.keys() - set(languages)):
        yield f"{key}.{language}: {language!r} is not in languages: add it there or remove it"


def _all_languages(prefix: str, table: str, languages: Sequence[str]) -> str:
    return " and ".join(f'{prefix}{one} = "…"' for one in languages) + _place(table)


def _fix(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return f"write one of {context['expected']}".replace("'", '"')
        case other:
            return _FIXES.get(other, detail["msg"])


def _place(table: str) -> str:
    parent, _, number = table.rpartition(".")
    if number.isdigit():
        return f" to entry {number} of {parent}"
    return f" under [{table}]" if table else " at the top of the file"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}…"'
    if isinstance(value, int | float):
        return str(value).lower()
    if isinstance(value, date | time):
        return "a date or time"
    return "a table" if isinstance(value, dict) else f"a list of {len(value)}"
