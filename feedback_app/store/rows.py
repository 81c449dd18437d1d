"""Values read from rows."""

from collections.abc import Iterable
from typing import Any

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Row, Transaction


def times_in(row: Row, *names: str) -> dict[str, Any]:
    """Return these columns as UTC datetimes; None where a column is NULL."""
    return {name: row[name] and from_text(row[name]) for name in names}


def columns_of(record: type) -> str:
    """Return the fields of `record` as a list for SELECT.

    With `*`, PostgreSQL refuses prepared statements once a newer program has added a column.
    """
    return ", ".join(record.__annotations__)


def count(source: Database | Transaction, sql: str, /, **values: object) -> int:
    """Return the number that a query with one row and one column selects."""
    ((number,),) = (row.values() for row in source.ask(sql, **values))
    return int(number)


def exists(source: Database | Transaction, sql: str, /, **values: object) -> bool:
    """Return whether a query selects at least one row."""
    return bool(source.ask(sql, **values))


def in_list(name: str, values: Iterable[object]) -> tuple[str, dict[str, object]]:
    """Return placeholders for IN (…) and their values, named `name_0`, `name_1` and so on."""
    named: dict[str, object] = {f"{name}_{at}": value for at, value in enumerate(values)}
    return ", ".join(f":{one}" for one in named) or "NULL", named
