"""Overwrites the unused parts of the pages of an SQLite file; runs in its own process.

SQLite's `secure_delete` overwrites what is deleted. But where pages were split or merged, copies of
rows remain in the unused part of a page between its cell pointers and its cells
(https://www.sqlite.org/fileformat.html#b_tree_pages). VACUUM removes them, but all writers wait
until it has rewritten the whole file.

This writes to the file directly, but only inside a write transaction while the WAL is empty: then
there is nothing that another process could write. Nobody reads unused parts, so a crash does no
harm. A process that closes the file loses the locks of its SQLite connections
(https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread), so
this must not run in a process that has any other.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from io import FileIO
from pathlib import Path

# How long a writer waits for a checkpoint, and how long we wait for all readers of the WAL.
_BUSY_SECONDS, _WAL_SECONDS = 0.1, 20
_PAUSE_SECONDS = 0.05
# Overwriting so many pages takes about 20 ms, during which writers wait.
_PAGES = 2000
_CHUNK = 4 * 1024 * 1024
_HEADER_BYTES = 100
# The type of a B-tree page, and the length of its header.
_HEADERS = {2: 12, 5: 12, 10: 8, 13: 8}
# An overflow page starts with a page number; from here on it could look like a B-tree page.
_TOO_MANY_PAGES = 2 << 24


def overwrite_gaps(path: Path) -> None:
    """Overwrite the unused parts of all pages with zeros, and empty the WAL.

    Raises TimeoutError if the WAL is being read, ValueError if the file has another format.
    """
    with (
        path.open("r+b", buffering=0) as file,
        # It is closed first.
        closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA synchronous=FULL")
        _begin_without_wal(connection, path)
        connection.execute("ROLLBACK")
        # Pages that are split meanwhile may exchange their numbers.
        for _ in range(2):
            numbers = list(_pages_with_gaps(file))
            for at in range(0, len(numbers), _PAGES):
                _overwrite(connection, path, file, numbers[at : at + _PAGES])
        _begin_without_wal(connection, path)
        connection.execute("ROLLBACK")


def _begin_without_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Begin a write transaction while the WAL is empty."""
    wal = path.with_name(f"{path.name}-wal")
    end = time.monotonic() + _WAL_SECONDS
    while time.monotonic() < end:
        # Writers wait for TRUNCATE, so it should find little to do.
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        with suppress(sqlite3.OperationalError):
            if not is_busy:
                connection.execute("BEGIN IMMEDIATE")
                if not wal.exists() or not wal.stat().st_size:
                    return
                connection.execute("ROLLBACK")
        time.sleep(_PAUSE_SECONDS)
    raise TimeoutError(f"{wal} is still being read, so erased text may remain in it")


def _overwrite(
    connection: sqlite3.Connection, path: Path, file: FileIO, numbers: list[int]
) -> None:
    _begin_without_wal(connection, path)
    size = _page_size(file)
    for number in numbers:
        page = _read(file, number * size, size)
        start, end = _gap(page, 0, number, size)
        file.seek(number * size + start)
        file.write(bytes(end - start))
    # After a change, the other connections read the pages again before they write.
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA user_version = {1 - version}")
    connection.execute("COMMIT")
    os.fsync(file.fileno())


def _pages_with_gaps(file: FileIO) -> Iterator[int]:
    """Yield the numbers of the pages, from 0, whose unused part is not empty."""
    size = _page_size(file)
    empty, chunk = bytes(size), _CHUNK // size * size
    for position in range(0, os.fstat(file.fileno()).st_size, chunk):
        pages = _read(file, position, chunk)
        for at in range(0, len(pages), size):
            number = (position + at) // size
            start, end = _gap(pages, at, number, size)
            if pages[at + start : at + end] != empty[: end - start]:
                yield number


def _gap(pages: bytes, at: int, number: int, size: int) -> tuple[int, int]:
    """Return where the unused part of the page at `at` starts and ends; equal if it has none."""
    header = at if number else at + _HEADER_BYTES
    length = _HEADERS.get(pages[header])
    if not length:
        return 0, 0
    cells = int.from_bytes(pages[header + 3 : header + 5], "big")
    end = int.from_bytes(pages[header + 5 : header + 7], "big") or 65536
    start = header - at + length + 2 * cells
    return (start, end) if start < end <= size else (0, 0)


def _page_size(file: FileIO) -> int:
    """Return the bytes of a page. Raises ValueError if the pages cannot be told apart."""
    header = _read(file, 0, _HEADER_BYTES)
    size = int.from_bytes(header[16:18], "big")
    size = 65536 if size == 1 else size
    has_auto_vacuum = any(header[52:56])
    if has_auto_vacuum or os.fstat(file.fileno()).st_size // size >= _TOO_MANY_PAGES:
        raise ValueError("the SQLite file has auto_vacuum, or too many pages: run VACUUM instead")
    return size


def _read(file: FileIO, position: int, size: int) -> bytes:
    file.seek(position)
    return file.read(size)


if __name__ == "__main__":
    try:
        overwrite_gaps(Path(sys.argv[1]))
    except (OSError, ValueError, sqlite3.Error) as error:
        sys.exit(str(error))
