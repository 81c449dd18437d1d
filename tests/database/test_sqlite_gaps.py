"""Erased text is overwritten in an SQLite file while others read and write it."""

import random
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from feedback_app.database import sqlite_gaps
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.database.sqlite import SQLite
from tests.support.files import content_of

SECRET = "wolpertinger"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.sqlite"


def _filled(path: Path, *pragmas: str) -> sqlite3.Connection:
    """Return a connection to a file in which rows moved to other pages; some had the secret."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (*pragmas, "journal_mode=WAL", "secure_delete=ON", "synchronous=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT) STRICT")
    connection.execute("CREATE INDEX texts_by_text ON texts (text)")
    words = [SECRET, "somethingelse"]
    rows = [(10 * number, f"{number:05} {words[number % 2]} slow") for number in range(3000)]
    connection.executemany("INSERT INTO texts VALUES (?, ?)", rows)
    # The pages are full, so one long row more makes others move.
    more = [(10 * number + 5, "b" * 200) for number in range(0, 3000, 40)]
    connection.executemany("INSERT INTO texts VALUES (?, ?)", more)
    connection.execute(f"UPDATE texts SET text = NULL WHERE text LIKE '%{SECRET}%'")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return connection


def _run(path: Path) -> str:
    """Run the program and return its error, if any."""
    command = [sys.executable, "-I", sqlite_gaps.__file__, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def _gaps(path: Path) -> list[int]:
    with TemporaryFile(buffering=0) as file:
        file.write(content_of(path))
        return list(sqlite_gaps._pages_with_gaps(file))


def test_copies_of_rows_that_moved_are_overwritten_and_the_rows_stay(path: Path) -> None:
    with closing(_filled(path)) as connection:
        rows = connection.execute("SELECT * FROM texts").fetchall()
        assert _gaps(path)
        assert _run(path) == ""
        assert _gaps(path) == []
        assert content_of(path).count(SECRET.encode()) == 0
        assert connection.execute("SELECT * FROM texts").fetchall() == rows
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_rows_that_others_write_at_the_same_time_are_kept(path: Path) -> None:
    done = threading.Event()
    written: list[list[str]] = [[], []]

    def write(found: list[str], name: str) -> None:
        with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            chance = random.Random(name)
            while not done.wait(0.001):
                key = f"{chance.random()} {name}"
                connection.execute("INSERT INTO texts (text) VALUES (?)", (key,))
                found.append(key)

    with closing(_filled(path)) as connection:
        threads = [
            threading.Thread(target=write, args=(found, f"{number}"))
            for number, found in enumerate(written)
        ]
        for thread in threads:
            thread.start()
        errors = [_run(path) for _ in range(5)]
        done.set()
        for thread in threads:
            thread.join()
        assert errors == [""] * 5
        stored = {key for (key,) in connection.execute("SELECT text FROM texts")}
        assert all(written)
        assert stored >= {*written[0], *written[1]}
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        assert content_of(path).count(SECRET.encode()) == 0


def test_a_wal_that_is_being_read_is_reported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_gaps, "_WAL_SECONDS", 0.2)
    with closing(_filled(path)) as reader, closing(sqlite3.connect(path)) as writer:
        writer.execute("UPDATE texts SET text = 'before'")
        writer.commit()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM texts").fetchone()
        writer.execute("UPDATE texts SET text = 'after'")
        writer.commit()
        with pytest.raises(TimeoutError, match="sqlite-wal is still being read"):
            sqlite_gaps.overwrite_gaps(path)


def test_a_file_with_other_kinds_of_pages_is_refused_and_not_changed(path: Path) -> None:
    with closing(_filled(path, "auto_vacuum=FULL")) as connection:
        before = content_of(path)
        assert "run VACUUM instead" in _run(path)
        assert content_of(path) == before
        database = SQLite(path)
        connection.execute("CREATE VIRTUAL TABLE search_index USING fts5 (words)")
        with pytest.raises(DatabaseUnavailableError, match="auto_vacuum"):
            database.scrub()
        database.close()
