"""Types of values and tables in support.toml.

The message of a ValueError here completes the line "<key> is <value>: …". A message that
holds `{key}` is the whole line.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import GetCoreSchemaHandler as Handler
from pydantic_core import CoreSchema, core_schema

from support_facts.addresses import domain_or_address, is_email_address
from support_facts.public_holidays import is_region
from support_facts.text import Line

Value = TypeVar("Value")
# How pydantic is given the key of an entry; no field of support.toml can have this name.
ENTRY_KEY = "[key]"


def _only(accepts: Callable[[Any], object], fix: str) -> AfterValidator:
    """Accept values for which `accepts` returns a true value without an error."""

    def check(value: Value) -> Value:
        try:
            accepted = accepts(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            accepted = False
        if not accepted:
            raise ValueError(fix)
        return value

    return AfterValidator(check)


def _like(pattern: str, fix: str) -> AfterValidator:
    return _only(re.compile(pattern).fullmatch, fix)


def between(low: int, high: int) -> AfterValidator:
    """Accept numbers from `low` to `high`, both included."""
    return _only(range(low, high + 1).__contains__, f"write a number from {low} to {high}")


def exactly(count: int) -> AfterValidator:
    """Accept lists of `count` entries."""
    return _only(lambda values: len(values) == count, f"write exactly {count} entries")


def at_most(count: int) -> AfterValidator:
    """Accept lists of up to `count` entries."""
    return _only(lambda values: len(values) <= count, f"write at most {count} entries")


def _is_web_address(value: str) -> bool:
    parts = urlsplit(value)
    whole = parts.scheme in ("https", "http") and bool(parts.hostname)
    return whole and not re.search(r"[\s\"<>]", value)


WebAddress = Annotated[
    Line, _only(_is_web_address, 'write a whole address like "https://support.example.org"')
]
HolidayRegion = Annotated[Line, _only(is_region, 'write a country or region like "DE" or "DE-BE"')]
TimeZone = Annotated[Line, _only(ZoneInfo, 'write a time zone like "Europe/Berlin"')]
MailAddress = Annotated[
    Line,
    # Customers write from outside, so a host without a domain such as localhost does not work.
    _only(
        lambda value: is_email_address(value) and "." in value.rpartition("@")[2],
        'write one email address like "support@example.org"',
    ),
]
DomainOrAddress = Annotated[Line, AfterValidator(domain_or_address)]
PhoneNumber = Annotated[
    Line, _like(r"\+?[0-9][0-9 ()/-]{3,}", 'write digits and spaces like "+49 30 1234567"')
]
PageName = Annotated[
    Line,
    _like(
        r"[a-z0-9/-]+\.md(#[a-z0-9-]+)?",
        'write a page like "case-status.md" or "case-status.md#closed"',
    ),
]
# TOML has no null: "" means that a value is not set.
OrUnset = Annotated[Value | None, BeforeValidator(lambda value: None if value == "" else value)]
ListOf = Annotated[tuple[Value, ...], Field(strict=False)]
Languages = Annotated[
    ListOf[Annotated[Line, _like(r"[a-z]{2,3}", 'write a code like "en" or "de"')]],
    _only(bool, '{key} is missing or empty: add {key} = ["en"] at the top of the file'),
    _only(lambda codes: len(set(codes)) == len(codes), "{key} names a language twice: remove one"),
]


class Table(BaseModel):
    """A table of support.toml."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)


class Entry(Table):
    """A table within a table, such as [metrics.ces], whose key is "ces"."""

    key: Annotated[
        str,
        Field(validation_alias=ENTRY_KEY),
        _like("[a-z][a-z0-9_]*", "{key}: write the key in small letters, digits and _"),
    ]


class _ByKey:
    """Reads a table of tables as its entries, in the order of the file."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        tables = handler.generate_schema(dict[str, get_args(source)[0]])  # type: ignore[misc]
        keyed = core_schema.no_info_before_validator_function(_with_keys, tables)
        return core_schema.no_info_after_validator_function(
            lambda entries: tuple(entries.values()), keyed
        )


def _with_keys(tables: Any) -> Any:
    if not isinstance(tables, dict):
        return tables
    return {
        key: {ENTRY_KEY: key, **table} if isinstance(table, dict) else table
        for key, table in tables.items()
    }


Entries = Annotated[tuple[Value, ...], _ByKey()]
