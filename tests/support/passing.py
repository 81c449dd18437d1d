"""Time passes for a database that real programs keep: everything in it happened earlier."""

import re
import sqlite3
from datetime import timedelta
from pathlib import Path

from feedback_app.base.times import from_text, to_text
from feedback_app.base.weeks import weeks_back

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_WEEK = re.compile(r"\d{4}-W\d\d")


def let_pass(database: Path, *, weeks: int = 0, hours: int = 0) -> None:
    """Move every moment, and with whole weeks every ISO week, back in an SQLite database."""
    span = timedelta(weeks=weeks, hours=hours)

    def earlier(value: object) -> object:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            return to_text(from_text(value) - span)
        if isinstance(value, str) and _WEEK.fullmatch(value):
            return weeks_back(value, weeks + 1)[0]
        return value

    connection = sqlite3.connect(database)
    connection.create_function("earlier", 1, earlier, deterministic=True)
    with connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in tables.fetchall():
            found = connection.execute(f"SELECT name FROM pragma_table_info('{name}')").fetchall()
            # A trigger moves cohort weeks with their case.
            names = [column for (column,) in found if column != "cohort_week"]
            columns = ", ".join(f"{column} = earlier({column})" for column in names)
            connection.execute(f"UPDATE {name} SET {columns}")
    connection.close()
