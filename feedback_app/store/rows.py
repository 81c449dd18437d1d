"""Values of rows, and lists for SQL."""

from collections.abc import Iterable
from typing import Any

from feedback_app.base.times import from_text
from feedback_app.database.contract import Row


def times_in(row: Row, *names: str) -> dict[str, Any]:
    """Return these columns as UTC datetimes; None where a column is NULL."""
    return {name: row[name] and from_text(row[name]) for name in names}


def columns_of(record: type) -> str:
    """Return the fields of `record` as a list for SELECT.

    With `*`, PostgreSQL refuses prepared statements once a newer program has added a column.
    """
    return ", ".join(record.__annotations__)


def in_list(name: str, values: Iterable[object]) -> tuple[str, dict[str, object]]:
    """Return placeholders for IN (…) and their values, named `name_0`, `name_1` and so on."""
    named: dict[str, object] = {f"{name}_{at}": value for at, value in enumerate(values)}
    return ", ".join(f":{one}" for one in named) or "NULL", named
