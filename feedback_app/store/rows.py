"""Values read from rows."""

from typing import Any

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Row, Transaction


def times_in(row: Row, *names: str) -> dict[str, Any]:
    """Return these columns as UTC datetimes; None where a column is NULL."""
    return {name: row[name] and from_text(row[name]) for name in names}


def count(source: Database | Transaction, sql: str, **values: object) -> int:
    """Return the number that a query with one row and one column selects."""
    ((number,),) = (row.values() for row in source.ask(sql, **values))
    return int(number)
