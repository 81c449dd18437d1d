"""PostgreSQL with psycopg 3 and psycopg_pool, for installations on several machines."""

import logging
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from feedback_app.database.contract import (
    REPLY_SECONDS,
    Database,
    DatabaseLimits,
    DatabaseUnavailableError,
    Engine,
    Row,
    Transaction,
    bound,
)
from feedback_app.database.lifetimes import PERSONAL_DATA

_NAMED = re.compile(r"(?<![:\w]):([a-z_0-9]+)")
# How much longer than the server we wait for a statement: a frozen server reports no time-out.
_GRACE_SECONDS = 2.0
_PROBE_SECONDS = 1.5
# A table is locked while VACUUM FULL rewrites it: 8 MiB take about 0.1 s. Others queue behind
# us for the lock, so we soon give up and try again.
_REWRITTEN_BYTES = 8 * 1024 * 1024
_LOCK_MILLISECONDS, _LOCK_ATTEMPTS = 100, 20

# The pool logs each attempt to connect; requests that fail are logged by their caller.
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)


class _Connection(psycopg.Connection[Row]):
    """A connection that is closed if the server does not reply in time."""

    seconds: float | None = None
    # Why the last attempt to connect failed, or "": the pool only reports that it waited.
    failure = ""

    @classmethod
    def connect(cls, *args: Any, **options: Any) -> Any:
        try:
            connection = super().connect(*args, **options)
        except psycopg.OperationalError as error:
            _Connection.failure = str(error)
            raise
        _Connection.failure = ""
        return connection

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        limits = [one for one in (self.seconds, REPLY_SECONDS.get()) if one is not None]
        options.setdefault("timeout", min(limits, default=None))
        try:
            return super().wait(gen, *args, **options)
        except psycopg.errors._WaitTimeout as error:
            self.close()
            raise psycopg.OperationalError(f"no reply within {options['timeout']} s") from error


class PostgreSQL(Database):
    """PostgreSQL with a pool of connections, which reconnects after a restart or a fail-over."""

    engine: Engine = "postgresql"

    def __init__(self, url: str, limits: DatabaseLimits) -> None:
        self._url, self._limits = url, limits
        self._pool = ConnectionPool(
            url,
            connection_class=_Connection,
            kwargs={
                "autocommit": True,
                "row_factory": dict_row,
                "connect_timeout": limits.connect_seconds,
            },
            configure=self._configure,
            check=self._check,
            min_size=0,
            max_size=limits.connections,
            timeout=limits.connect_seconds,
            reconnect_timeout=limits.connect_seconds,
            num_workers=1,
            open=False,
        )
        self._thread = threading.local()
        self._away = False
        self._trying = threading.Lock()

    def _configure(self, connection: _Connection) -> None:
        limits = self._limits
        for name, seconds in (
            ("statement_timeout", limits.statement_seconds),
            ("lock_timeout", limits.lock_seconds),
            ("idle_in_transaction_session_timeout", limits.idle_seconds),
        ):
            connection.execute(f"SET {name} = '{seconds}s'")
        connection.seconds = limits.statement_seconds + _GRACE_SECONDS

    @staticmethod
    def _check(connection: _Connection) -> None:
        usual, connection.seconds = connection.seconds, _PROBE_SECONDS
        connection.execute("SELECT 1")
        connection.seconds = usual

    @contextmanager
    def _connection(self) -> Iterator[_Connection]:
        """Yield the connection that this thread keeps, or else one of the pool."""
        ours: _Connection | None = getattr(self._thread, "connection", None)
        try:
            if ours:
                yield ours
                return
            connection = self._from_pool()
            try:
                yield connection
            finally:
                self._pool.putconn(connection)
        except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as error:
            raise _unavailable(error) from error

    def _from_pool(self) -> _Connection:
        # While the server is away, one thread at a time waits for it; the others fail immediately.
        trying = self._away
        if trying and not self._trying.acquire(blocking=False):
            raise psycopg.OperationalError("the last attempt failed, and the next one is running")
        try:
            self._pool.open()
            connection = self._pool.getconn()
            self._away = False
            return connection
        except psycopg.OperationalError as error:
            self._away = True
            raise psycopg.OperationalError(_Connection.failure or str(error)) from error
        finally:
            if trying:
                self._trying.release()

    def ask(self, sql: str, /, **values: object) -> list[Row]:
        with self._connection() as connection:
            return connection.execute(_percent(sql), bound(values)).fetchall()

    def stream(self, sql: str, /, **values: object) -> Iterator[Row]:
        # A server-side cursor keeps memory bounded; it needs a transaction.
        with (
            self._connection() as connection,
            connection.transaction(),
            connection.cursor(name="stream") as cursor,
        ):
            cursor.itersize = 1000
            cursor.execute(_percent(sql), bound(values))
            yield from cursor

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self._kept() as connection, connection.transaction():
            yield _PostgreSQLTransaction(connection)

    @contextmanager
    def reading(self) -> Iterator[None]:
        # Checking a connection of the pool takes as long as a short query.
        with self._kept():
            yield

    @contextmanager
    def _kept(self) -> Iterator[_Connection]:
        """Let this thread use one connection for everything in the block."""
        outer = getattr(self._thread, "connection", None)
        with self._connection() as connection:
            self._thread.connection = connection
            try:
                yield connection
            finally:
                self._thread.connection = outer

    @contextmanager
    def migrating(self) -> Iterator[Transaction]:
        with self.write() as tx:
            connection: _Connection = self._thread.connection
            usual, connection.seconds = connection.seconds, None
            try:
                connection.execute("SET LOCAL statement_timeout = 0")
                connection.execute("SET LOCAL lock_timeout = 0")
                tx.only_one("migrations")
                yield tx
            finally:
                connection.seconds = usual

    def seconds(self, start: str, end: str) -> str:
        difference = f"CAST({end} AS timestamptz) - CAST({start} AS timestamptz)"
        return f"CAST(EXTRACT(EPOCH FROM {difference}) AS bigint)"

    def listed(self, column: str) -> str:
        return f"coalesce(CAST(json_agg({column}) AS text), '[]')"

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
        try:
            with psycopg.connect(self._url, autocommit=True) as connection:
                connection.execute(f"SET lock_timeout = '{_LOCK_MILLISECONDS}ms'")
                # The statistics of the server have copies of single values.
                for table in (*PERSONAL_DATA, "pg_statistic"):
                    _overwrite(connection, table)
                # The next checkpoint removes the old segments of the WAL, but not the current one.
                with suppress(psycopg.errors.InsufficientPrivilege):
                    connection.execute("SELECT pg_switch_wal()")
        except psycopg.OperationalError as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        self._pool.close(timeout=1)


class _PostgreSQLTransaction(Transaction):
    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def run(self, sql: str, /, **values: object) -> int:
        count: int = self._connection.execute(_percent(sql), bound(values)).rowcount
        return count

    def run_many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_percent(sql), map(bound, rows))

    def ask(self, sql: str, /, **values: object) -> list[Row]:
        rows: list[Row] = self._connection.execute(_percent(sql), bound(values)).fetchall()
        return rows

    def now(self) -> datetime:
        (row,) = self.ask("SELECT clock_timestamp() AS now")
        moment: datetime = row["now"]
        return moment.astimezone(UTC)

    def only_one(self, name: str) -> None:
        self.ask("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))", name=name)


def _overwrite(connection: psycopg.Connection[tuple[int]], table: str) -> None:
    """Rewrite a small table; of a large one, only make the space of deleted rows available."""
    size = f"SELECT pg_total_relation_size('{table}') <= {_REWRITTEN_BYTES}"
    (is_small,) = connection.execute(size).fetchone() or (False,)
    for _ in range(_LOCK_ATTEMPTS if is_small else 0):
        with suppress(psycopg.errors.LockNotAvailable):
            connection.execute(f"VACUUM (FULL, ANALYZE) {table}")
            return
        time.sleep(_LOCK_MILLISECONDS / 1000)
    connection.execute(f"VACUUM (INDEX_CLEANUP ON, TRUNCATE OFF) {table}")


def _unavailable(error: psycopg.Error) -> DatabaseUnavailableError:
    return DatabaseUnavailableError(f"PostgreSQL is not available: {error}")


@lru_cache(maxsize=256)
def _percent(sql: str) -> str:
    """Return `sql` with `%(name)s` placeholders instead of `:name`."""
    return _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))
