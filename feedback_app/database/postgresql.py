"""PostgreSQL with psycopg 3, for installations on several machines."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import psycopg
from psycopg.rows import dict_row

from feedback_app.database.connections import ThreadConnections
from feedback_app.database.contract import (
    DatabaseUnavailableError,
    Row,
    Transaction,
    bound,
)

_NAMED = re.compile(r"(?<![:\w]):([a-z_0-9]+)")
_CONNECT_SECONDS = 15

Connection = psycopg.Connection[Row]


class PostgreSQL:
    """PostgreSQL with psycopg 3. Reconnects after a restart of the server."""

    engine = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url
        self._connections = ThreadConnections(self._connect, lambda connection: connection.close())

    def _connect(self) -> Connection:
        return psycopg.connect(
            self._url,
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=_CONNECT_SECONDS,
        )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except psycopg.OperationalError as error:
            self._connections.drop()
            raise DatabaseUnavailableError(f"PostgreSQL is not available: {error}") from error

    def _alive(self) -> Connection:
        """Return a working connection: after a restart of the server, open ones are dead."""
        try:
            connection = self._connections.get()
            connection.execute("SELECT 1")
        except psycopg.OperationalError:
            self._connections.drop()
            connection = self._connections.get()
        return connection

    def ask(self, sql: str, **values: object) -> list[Row]:
        with self._errors():
            rows: list[Row] = self._alive().execute(_percent(sql), bound(values)).fetchall()
            return rows

    def stream(self, sql: str, **values: object) -> Iterator[Row]:
        # A server-side cursor keeps memory bounded; it needs a transaction.
        with self._errors():
            connection = self._alive()
            with connection.transaction(), connection.cursor(name="stream") as cursor:
                cursor.itersize = 1000
                cursor.execute(_percent(sql), bound(values))
                yield from cursor

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self._errors():
            connection = self._alive()
            with connection.transaction():
                yield _PostgreSQLTransaction(connection)

    @contextmanager
    def migrating(self) -> Iterator[Transaction]:
        with self.write() as tx:
            tx.only_one("migrations")
            yield tx

    def seconds(self, start: str, end: str) -> str:
        difference = f"CAST({end} AS timestamptz) - CAST({start} AS timestamptz)"
        return f"EXTRACT(EPOCH FROM {difference})"

    def create_table(self, ddl: str) -> str:
        return ddl

    def columns(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in self.ask(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema()"
        ):
            found.setdefault(row["table_name"], set()).add(row["column_name"])
        return found

    def scrub(self) -> None:
        with self._errors():
            connection = self._alive()
            for table in self.columns():
                connection.execute(f'VACUUM FULL "{table}"')

    def close(self) -> None:
        self._connections.close()


class _PostgreSQLTransaction:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, sql: str, **values: object) -> int:
        count: int = self._connection.execute(_percent(sql), bound(values)).rowcount
        return count

    def ask(self, sql: str, **values: object) -> list[Row]:
        rows: list[Row] = self._connection.execute(_percent(sql), bound(values)).fetchall()
        return rows

    def only_one(self, name: str) -> None:
        self.ask("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))", name=name)


@lru_cache(maxsize=256)
def _percent(sql: str) -> str:
    """Return `sql` with `%(name)s` placeholders instead of `:name`."""
    return _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))
