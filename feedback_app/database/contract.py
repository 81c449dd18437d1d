"""The interface of both engines.

SQL is their common subset, with `:name` parameters. Aware datetimes are stored as UTC text
(`times.to_text`) and booleans as 0 or 1.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from feedback_app.base.times import to_text

Row = dict[str, Any]
Engine = Literal["sqlite", "postgresql"]


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


class Transaction(Protocol):
    """A write transaction. It is committed completely or not at all."""

    def run(self, sql: str, **values: object) -> int:
        """Execute one writing statement and return how many rows it changed."""

    def run_many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Execute a writing statement once for the values of each row."""

    def ask(self, sql: str, **values: object) -> list[Row]:
        """Return the rows of a SELECT, or of a statement with RETURNING."""

    def now(self) -> datetime:
        """Return the time by the clock that all programs with this database share."""

    def only_one(self, name: str) -> None:
        """Acquire the lock `name`; it is released when this transaction ends."""


class Database(Protocol):
    """A database. Safe to share between threads."""

    engine: Engine

    def ask(self, sql: str, **values: object) -> list[Row]:
        """Return the rows of a SELECT. Raises DatabaseUnavailableError."""

    def stream(self, sql: str, **values: object) -> Iterator[Row]:
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
    if isinstance(value, bool):
        return int(value)
    return value
