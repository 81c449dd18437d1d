"""What every engine can do.

SQL is the common subset of both, with `:name` parameters. A moment is passed as an aware datetime
and stored as text (`clock.to_text`), a truth value as 0 or 1.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from feedback_app.base.times import to_text

Row = dict[str, Any]


class DatabaseUnavailableError(RuntimeError):
    """The database cannot be reached or is locked: nothing was stored, try again."""


class Transaction(Protocol):
    """What may be done while writing. Everything is committed together or not at all."""

    def run(self, sql: str, **values: object) -> int:
        """Execute one writing statement and return how many rows it changed."""

    def ask(self, sql: str, **values: object) -> list[Row]:
        """Return the rows of a SELECT, or of a writing statement with RETURNING."""

    def only_one(self, name: str) -> None:
        """Wait until no other transaction holds `name`, then hold it until this one ends."""


class Database(Protocol):
    """A database of one of the engines. Safe to share between threads."""

    engine: str

    def ask(self, sql: str, **values: object) -> list[Row]:
        """Return the rows of a SELECT. Raises DatabaseUnavailableError."""

    def stream(self, sql: str, **values: object) -> Iterator[Row]:
        """Yield the rows of a SELECT one by one, in bounded memory."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Open the one write transaction. Raises DatabaseUnavailableError."""

    def migrating(self) -> AbstractContextManager[Transaction]:
        """Open a write transaction that no second migration can run beside."""

    def create_table(self, ddl: str) -> str:
        """Return `ddl` as this engine wants a strictly typed table."""

    def columns(self) -> dict[str, set[str]]:
        """Return the columns of every table."""

    def scrub(self) -> None:
        """Remove what was overwritten or deleted from the files on disk."""

    def close(self) -> None:
        """Close the connections of all threads."""


def bound(values: dict[str, object]) -> dict[str, object]:
    return {name: _storable(value) for name, value in values.items()}


def _storable(value: object) -> object:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, bool):
        return int(value)
    return value
