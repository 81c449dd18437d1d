"""SQLite with sqlite-utils: the default, for one machine."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import datetime
from pathlib import Path

import sqlite_utils

from feedback_app.base import times
from feedback_app.base.files import make_private_file, make_private_folder
from feedback_app.database import sqlite_gaps
from feedback_app.database.contract import (
    Database,
    DatabaseUnavailableError,
    Engine,
    MissingDatabaseError,
    Row,
    Transaction,
    bound,
)

# Without those that SQLite manages, such as the ones of the full-text index.
TABLES = """SELECT name FROM pragma_table_list
            WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"""
_BUSY_SECONDS = 15
# Pages merged in one transaction, and how many changed rows mean that more is to merge.
_MERGED_PAGES, _MERGED_ROWS = 200, 2
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


class SQLite(Database):
    """SQLite with sqlite-utils: WAL, synchronous=FULL, foreign keys, BEGIN IMMEDIATE.

    Only `migrating` creates a missing file; everything else raises MissingDatabaseError.
    """

    engine: Engine = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._may_create = False
        self._local = threading.local()
        self._lock = threading.Lock()
        self._opened: list[sqlite_utils.Database] = []

    def _connection(self) -> sqlite_utils.Database:
        """Return this thread's connection. One per request would take three times the CPU time."""
        found: sqlite_utils.Database | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self._connect()
            with self._lock:
                self._opened.append(found)
        return found

    def _connect(self) -> sqlite_utils.Database:
        if not self._may_create and not self._path.exists():
            raise MissingDatabaseError(self._path)
        try:
            make_private_folder(self._path.parent)
            # SQLite gives the WAL and its index the mode of the database file.
            make_private_file(self._path)
            # Transactions are explicit, so the driver must not start any.
            connection = sqlite3.connect(
                self._path,
                timeout=_BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
        except (OSError, sqlite3.OperationalError) as error:
            raise DatabaseUnavailableError(f"cannot open {self._path}: {error}") from error
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.DatabaseError as error:
            connection.close()
            raise DatabaseUnavailableError(f"cannot use {self._path}: {error}") from error
        return sqlite_utils.Database(connection)

    def ask(self, sql: str, /, **values: object) -> list[Row]:
        with _SQLITE_ERRORS:
            return _rows(self._connection().conn.execute(sql, bound(values)))

    def stream(self, sql: str, /, **values: object) -> Iterator[Row]:
        with (
            _SQLITE_ERRORS,
            closing(self._connection().conn.execute(sql, bound(values))) as rows,
        ):
            names = [column[0] for column in rows.description]
            for row in rows:
                yield dict(zip(names, row, strict=True))

    def write(self) -> AbstractContextManager[Transaction]:
        return _SQLiteTransaction(self._connection().conn)

    def reading(self) -> AbstractContextManager[None]:
        # Each thread keeps its connection anyway.
        return nullcontext()

    def migrating(self) -> AbstractContextManager[Transaction]:
        self._may_create = True
        return self.write()

    def seconds(self, start: str, end: str) -> str:
        # julianday() is four times as fast as strftime(), and exact to the millisecond.
        return f"CAST(round((julianday({end}) - julianday({start})) * 86400) AS integer)"

    def listed(self, column: str) -> str:
        return f"json_group_array({column})"

    def create_table(self, ddl: str) -> str:
        return f"{ddl} STRICT"

    def columns(self) -> dict[str, set[str]]:
        db = self._connection()
        return {row["name"]: set(db[row["name"]].columns_dict) for row in self.ask(TABLES)}

    def scrub(self) -> None:
        with _SQLITE_ERRORS:
            _merge_index(self._connection().conn)
        command = [sys.executable, "-I", sqlite_gaps.__file__, str(self._path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DatabaseUnavailableError(f"{done.stderr.strip()}: run the command again later")

    def close(self) -> None:
        with self._lock:
            opened, self._opened = self._opened, []
        self._local = threading.local()
        for connection in opened:
            connection.conn.close()


class _SQLiteErrors:
    """Raises DatabaseUnavailableError for errors of SQLite that are not faults of the program."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        of_program = (sqlite3.IntegrityError, sqlite3.ProgrammingError)
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, of_program):
            raise DatabaseUnavailableError(f"SQLite is not available: {error}") from error


_SQLITE_ERRORS = _SQLiteErrors()


class _SQLiteTransaction(Transaction):
    """A transaction that ends with its block. A generator takes four times as long to enter."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Transaction:
        with _SQLITE_ERRORS:
            # A deferred transaction that reads first can fail with "locked" at its first write.
            self._connection.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        with _SQLITE_ERRORS:
            try:
                if error:
                    raise error
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def run(self, sql: str, /, **values: object) -> int:
        return self._connection.execute(sql, bound(values)).rowcount

    def run_many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        self._connection.executemany(sql, map(bound, rows))

    def ask(self, sql: str, /, **values: object) -> list[Row]:
        return _rows(self._connection.execute(sql, bound(values)))

    def now(self) -> datetime:
        return times.now()

    def only_one(self, name: str) -> None:
        """Do nothing: BEGIN IMMEDIATE only allows one writer at a time."""


def _rows(cursor: sqlite3.Cursor) -> list[Row]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _merge_index(connection: sqlite3.Connection) -> None:
    """Merge the full-text index in small transactions, which removes the words of deleted texts.

    https://www.sqlite.org/fts5.html#the_merge_command describes when the last one is done.
    """
    pages, changes = -_MERGED_PAGES, _MERGED_ROWS
    while changes >= _MERGED_ROWS:
        before, start = connection.total_changes, time.monotonic()
        merge = "INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)"
        connection.execute(merge, (pages,))
        pages, changes = _MERGED_PAGES, connection.total_changes - before
        time.sleep(time.monotonic() - start)
