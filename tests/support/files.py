"""Reads files of a database that is open."""

import subprocess
from pathlib import Path

from feedback_app.database.contract import Database


def content_of(path: Path) -> bytes:
    """Return the content of a file, read by another process.

    A process that closes a file releases the locks of its SQLite connections to that file
    (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread).
    """
    return subprocess.check_output(["cat", str(path)])


def folder_of(database: Database, sqlite_folder: Path) -> Path:
    """Return the folder with the files of a database, after PostgreSQL has written them."""
    if database.engine == "sqlite":
        return sqlite_folder
    with database.write() as tx:
        tx.run("CHECKPOINT")
        (row,) = tx.ask(
            """SELECT current_setting('data_directory') AS folder, oid FROM pg_database
               WHERE datname = current_database()"""
        )
    return Path(row["folder"]) / "base" / str(row["oid"])


def containing(folder: Path, words: str) -> list[str]:
    """Return the names of the files in a folder that contain these words, in any case."""
    command = ["grep", "--recursive", "--files-with-matches", "--ignore-case", "--text"]
    done = subprocess.run(
        [*command, "--fixed-strings", words, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return [Path(line).name for line in done.stdout.splitlines()]
