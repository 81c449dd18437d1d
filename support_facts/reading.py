"""Tables of a TOML file become frozen typed objects; every fault is kept, with key and mend.

The types say what is read: a dataclass is a table, `tuple[X, ...]` of dataclasses with a
`key` is a table of tables, a Text has one wording a language. `X | None` is written "" when
it is not set, so that every key stands in the file. Keys in messages are dotted; entries of
a list count from 1.
"""

import re
from dataclasses import fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from support_facts.text import FrozenMapping, Text

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAMES = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number with a point",
    dict: "a table",
    list: "a list",
    date: "a day like 2026-11-23, without quotation marks",
}
_EXAMPLES = {
    str: '"…"',
    int: "a whole number",
    bool: "true or false",
    date: "2026-11-23 (year-month-day)",
}


class Reader:
    """Reads values of one file; `faults` holds what was wrong so far, one line each.

    What is read while there are faults must not be used.
    """

    def __init__(self, languages: tuple[str, ...] = ()) -> None:
        self.languages = languages
        self.faults: list[str] = []

    def read(self, hint: Any, raw: Any, key: str) -> Any:
        """Return the value of type `hint`, made of what TOML gave for `key`."""
        origin, args = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self._checked(args, raw, key)
        if origin in (Union, UnionType):
            return None if raw == "" else self.read(args[0], raw, key)
        if origin is Literal:
            return self._one_of(args, raw, key)
        if origin is tuple:
            return self._several(args, raw, key)
        if origin is FrozenMapping:
            return FrozenMapping(dict(self._entries(args[0], raw, key)))
        if hint is Text:
            return self._text(raw, key)
        if is_dataclass(hint):
            return self._record(hint, raw, key)
        return self._plain(hint, raw, key)

    def _fault(self, message: str) -> None:
        # What stands in the file is quoted in messages, and each has to stay one line.
        self.faults.append(_CONTROL.sub(lambda found: ascii(found[0])[1:-1], message))

    def _checked(self, args: tuple[Any, ...], raw: Any, key: str) -> Any:
        before = len(self.faults)
        value = self.read(args[0], raw, key)
        if len(self.faults) == before:
            for fault in filter(None, (check(key, value) for check in args[1:])):
                self._fault(fault)
        return value

    def _one_of(self, choices: tuple[Any, ...], raw: Any, key: str) -> Any:
        if raw not in choices:
            self._fault(f"{key} is {_shown(raw)}: write one of {', '.join(map(_shown, choices))}")
        return raw

    def _several(self, args: tuple[Any, ...], raw: Any, key: str) -> tuple[Any, ...]:
        if args[-1] is Ellipsis and "key" in getattr(args[0], "__dataclass_fields__", ()):
            return tuple(value for _, value in self._entries(args[0], raw, key))
        if not self._is(list, raw, key):
            return ()
        if args[-1] is Ellipsis:
            args = args[:1] * len(raw)
        if len(raw) != len(args):
            self._fault(f"{key} has {len(raw)} entries: write exactly {len(args)}")
        pairs = enumerate(zip(args, raw, strict=False), 1)
        return tuple(self.read(hint, one, f"{key}.{number}") for number, (hint, one) in pairs)

    def _entries(self, hint: Any, raw: Any, key: str) -> list[tuple[str, Any]]:
        """Read a table of tables, in the order of the file."""
        if not self._is(dict, raw, key):
            return []
        for name in raw:
            if not _KEY.fullmatch(name):
                self._fault(f"{key}.{name}: write the key in small letters, digits and _")
        return [(name, self._record(hint, raw[name], f"{key}.{name}", name)) for name in raw]

    def _record(self, hint: Any, raw: Any, key: str, name: str | None = None) -> Any:
        before = len(self.faults)
        if not self._is(dict, raw, key):
            return None
        hints = _hints(hint)
        wanted = [field.name for field in fields(hint) if name is None or field.name != "key"]
        for unknown in sorted(raw.keys() - set(wanted)):
            near = get_close_matches(unknown, wanted, 1, 0.5)
            mend = f"did you mean {near[0]}?" if near else "remove it"
            self._fault(f"{_join(key, unknown)} is unknown: {mend}")
        values = {} if name is None or "key" not in hints else {"key": name}
        for field in wanted:
            if field in raw:
                values[field] = self.read(hints[field], raw[field], _join(key, field))
            else:
                self._missing(hints[field], key, field)
        return hint(**values) if len(self.faults) == before else None

    def _missing(self, hint: Any, key: str, name: str) -> None:
        optional = ""
        while get_origin(hint) in (Annotated, Union, UnionType):
            optional = optional or (', "" while it is not set' * (type(None) in get_args(hint)))
            hint = get_args(hint)[0]
        if hint is Text:
            example = " and ".join(f'{name}.{language} = "…"' for language in self.languages)
        elif is_dataclass(hint) or get_origin(hint) in (tuple, FrozenMapping):
            example = f"the table or list {_join(key, name)}"
        else:
            example = f"{name} = {_EXAMPLES.get(hint, _EXAMPLES[str])}"
        self._fault(f"{_join(key, name)} is missing: add {example}{_place(key)}{optional}")

    def _text(self, raw: Any, key: str) -> Text:
        table, _, name = key.rpartition(".")
        prefix = "" if name.isdigit() else f"{name}."
        place = f" to entry {name} of {table}" if name.isdigit() else _place(table)
        wanted = " and ".join(f'{prefix}{language} = "…"' for language in self.languages)
        if not isinstance(raw, dict):
            self._fault(f"{key} is {_shown(raw)}: write it in every language, {wanted}{place}")
            return Text({})
        for language in self.languages:
            if language not in raw:
                self._fault(f'{key} lacks {language!r}: add {prefix}{language} = "…"{place}')
        for language in sorted(raw.keys() - set(self.languages)):
            self._fault(
                f"{key}.{language}: {language!r} is not in languages: add it there or remove it"
            )
        known = [language for language in self.languages if language in raw]
        return Text({one: self._plain(str, raw[one], f"{key}.{one}") for one in known})

    def _plain(self, hint: Any, raw: Any, key: str) -> Any:
        if not self._is(hint, raw, key) or hint is not str:
            return raw
        if raw.strip() != raw or not raw:
            self._fault(f"{key} is {_shown(raw)}: write a text without space around it")
        elif _CONTROL.search(raw):
            self._fault(f'{key} has a line break or control character: end lines with \\ in """')
        return raw

    def _is(self, wanted: type, raw: Any, key: str) -> bool:
        if type(raw) is wanted:
            return True
        self._fault(f"{key} is {_shown(raw)}: write {_NAMES[wanted]}")
        return False


@cache
def _hints(table: type) -> dict[str, Any]:
    return get_type_hints(table, include_extras=True)


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _place(key: str) -> str:
    table, _, number = key.rpartition(".")
    if number.isdigit():
        return f" to entry {number} of {table}"
    return f" under [{key}]" if key else " at the top of the file"


def _shown(raw: Any) -> str:
    if isinstance(raw, str):
        return f'"{raw}"' if len(raw) <= 60 else f'"{raw[:57]}…"'
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, date):
        return "a date or time"
    return str(raw) if isinstance(raw, int | float) else _NAMES.get(type(raw), "a date or time")
