"""The interface of both engines.

SQL is their common subset, with `:name` parameters. Aware datetimes are stored as UTC text
(`times.to_text`), dates as ISO text and booleans as 0 or 1.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from pydantic import TypeAdapter

from feedback_app.base.times import from_text, to_text

Row = dict[str, Any]
Engine = Literal["sqlite", "postgresql"]
Record = TypeVar("Record")


# How many seconds this thread waits for one reply of a database server; None: its usual limit.
REPLY_SECONDS: ContextVar[float | None] = ContextVar("reply_seconds", default=None)


@dataclass(frozen=True)
class DatabaseLimits:
    """Limits of the connections of one process, in seconds except the number of connections.

    A customer waits for at most `connect_seconds` and 1.5 s more if the server is away, and for
    `REPLY_SECONDS` if it freezes during the request.
    """

    connections: int = 10
    connect_seconds: int = 3
    statement_seconds: int = 30
    lock_seconds: int = 10
    idle_seconds: int = 600


class DatabaseUnavailableError(RuntimeError):
    """The database is unreachable or locked. Nothing was stored; retry later."""


class MissingDatabaseError(DatabaseUnavailableError):
    """The database file does not exist."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        super().__init__(f"no database at {self.path}: run 'feedback migrate' first")


class Readable(Protocol):
    """What answers queries: a database, or a transaction on it."""

    def ask(self, sql: str, /, **values: object) -> list[Row]:
        """Return the rows of a SELECT, or of a statement with RETURNING."""

    def records(self, kind: type[Record], sql: str, /, **values: object) -> list[Record]:
        """Return the rows as objects of `kind`, a data class with fields named like the columns."""
        read = _adapter(kind).validate_python  # type: ignore[arg-type]  # types are hashable
        return [read(row) for row in self.ask(sql, **values)]

    def record(self, kind: type[Record], sql: str, /, **values: object) -> Record | None:
        """Return the first row as an object of `kind`; None without rows."""
        return next(iter(self.records(kind, sql, **values)), None)

    def column(self, sql: str, /, **values: object) -> list[Any]:
        """Return the values of a query with one column."""
        return [value for row in self.ask(sql, **values) for value in row.values()]

    def value(self, sql: str, /, **values: object) -> Any | None:
        """Return the value of the first row, of a query with one column; None without rows."""
        return next(iter(self.column(sql, **values)), None)

    def time(self, sql: str, /, **values: object) -> datetime | None:
        """Return the time that a query with one column selects; None without rows, or for NULL."""
        text = self.value(sql, **values)
        return from_text(text) if text else None

    def count(self, sql: str, /, **values: object) -> int:
        """Return the number that a query with one column selects; 0 without rows."""
        return int(self.value(sql, **values) or 0)

    def exists(self, sql: str, /, **values: object) -> bool:
        """Return whether a query selects at least one row."""
        return bool(self.ask(sql, **values))


class Transaction(Readable, Protocol):
    """A write transaction. It is committed completely or not at all."""

    def run(self, sql: str, /, **values: object) -> int:
        """Execute one writing statement and return how many rows it changed."""

    def changes(self, sql: str, /, **values: object) -> bool:
        """Execute one writing statement and return whether it changed a row."""
        return self.run(sql, **values) > 0

    def insert(self, table: str, /, **values: object) -> None:
        """Insert a row."""
        self.run(_insertion(table, values), **values)

    def insert_new(self, table: str, /, **values: object) -> bool:
        """Insert a row unless one with the same key exists; return whether it was inserted."""
        return self.changes(f"{_insertion(table, values)} ON CONFLICT DO NOTHING", **values)

    def run_many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Execute a writing statement once for the values of each row."""

    def now(self) -> datetime:
        """Return the time by the clock that all programs with this database share."""

    def only_one(self, name: str) -> None:
        """Acquire the lock `name`; it is released when this transaction ends."""


class Database(Readable, Protocol):
    """A database. Safe to share between threads. Queries raise DatabaseUnavailableError."""

    engine: Engine

    def stream(self, sql: str, /, **values: object) -> Iterator[Row]:
        """Yield the rows of a SELECT one by one, in bounded memory."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Open a write transaction. Raises DatabaseUnavailableError."""

    def reading(self) -> AbstractContextManager[None]:
        """Let this thread keep one connection for many short reads."""

    def migrating(self) -> AbstractContextManager[Transaction]:
        """Open a write transaction that excludes other migrations."""

    def seconds(self, start: str, end: str) -> str:
        """Return SQL for the seconds between two columns that contain times."""

    def listed(self, column: str) -> str:
        """Return SQL for all values of a column as a JSON list; NULL is `null`."""

    def create_table(self, ddl: str) -> str:
        """Return `ddl` changed to create a strictly typed table in this engine."""

    def columns(self) -> dict[str, set[str]]:
        """Return the column names of every table."""

    def scrub(self) -> None:
        """Overwrite erased text in the files, in short steps between which others can write.

        PostgreSQL does this for small tables only, see SECURITY.md. Raises
        DatabaseUnavailableError if another connection prevents it.
        """

    def close(self) -> None:
        """Close the connections of all threads."""


class BackupError(RuntimeError):
    """A backup cannot be made, read or restored. The text says why and what to do."""


class Copies(Protocol):
    """Writes, reads and restores copies of one database."""

    engine: Engine
    file: str

    def write(self, copy: Path) -> dict[str, int]:
        """Copy the database while it is used, and return its rows by table. Raises BackupError."""

    def rows(self, copy: Path) -> dict[str, int]:
        """Read a copy completely and return its rows by table. Raises BackupError if damaged."""

    def refuse_if_used(self) -> None:
        """Raise BackupError if another program has the database open."""

    def restore(self, copy: Path) -> None:
        """Replace the database by a copy. Raises BackupError."""


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _insertion(table: str, names: Iterable[str]) -> str:
    marks = ", ".join(f":{name}" for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"


# Looking up a type takes half of the time of `isinstance`.
_STORED = frozenset({str, int, float, bytes, type(None)})


def bound(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: value if type(value) in _STORED else _storable(value)
        for name, value in values.items()
    }


def _storable(value: object) -> object:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    return value
