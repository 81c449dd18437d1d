"""Copies of an SQLite file with the online backup of SQLite."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from feedback_app.base.files import make_private_file, make_private_folder
from feedback_app.database.contract import BackupError, Engine
from feedback_app.database.sqlite import TABLES

_WAIT_SECONDS = 15


class SQLiteCopies:
    """Copies of an SQLite file.

    While 520 MB were copied in 3 to 4 s, a commit of another process took at most 95 ms. With
    VACUUM INTO, it took 5 to 6 s and 154 ms; in steps with pauses, no less than in one.
    """

    engine: Engine = "sqlite"
    file = "database.sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, copy: Path) -> dict[str, int]:
        make_private_file(copy)
        try:
            with (
                closing(_open(self._path, timeout=_WAIT_SECONDS)) as source,
                closing(_open(copy)) as target,
            ):
                # The counts and the copy are of the same moment.
                source.execute("BEGIN")
                rows = _rows(source)
                source.backup(target)
                # A file in WAL mode cannot be read in a folder that is read-only.
                target.execute("PRAGMA journal_mode=DELETE")
                return rows
        except sqlite3.Error as error:
            raise BackupError(f"cannot copy {self._path.absolute()}: {error}") from error

    def rows(self, copy: Path) -> dict[str, int]:
        try:
            with closing(_open(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as opened:
                (result,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
                if result != "ok":
                    raise BackupError(f"{copy} is damaged: {result}")
                return _rows(opened)
        except sqlite3.Error as error:
            raise BackupError(f"{copy} is damaged: {error}") from error

    def refuse_if_used(self) -> None:
        if not self._path.exists():
            return
        try:
            with closing(_open(self._path, timeout=1)) as database:
                # Only the last connection can leave WAL mode.
                database.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise BackupError(
                f"{self._path.absolute()} is used by another program ({error}): stop "
                "'feedback serve' and 'feedback worker' first"
            ) from error
        except sqlite3.DatabaseError:
            # Damaged, so it is replaced.
            return

    def restore(self, copy: Path) -> None:
        target = self._path.resolve()
        unfinished = target.with_name(f".{target.name}.restoring")
        try:
            make_private_folder(target.parent)
            make_private_file(unfinished)
            shutil.copyfile(copy, unfinished)
            for end in ("-wal", "-shm"):
                Path(f"{target}{end}").unlink(missing_ok=True)
            unfinished.replace(target)
        except OSError as error:
            raise BackupError(f"cannot write {target}: {error.strerror or error}") from error
        finally:
            unfinished.unlink(missing_ok=True)


def _open(path: Path | str, *, timeout: float = 5, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=timeout, isolation_level=None, uri=uri)


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    names = [name for (name,) in connection.execute(TABLES).fetchall()]
    count = "SELECT count(*) FROM"
    return {name: connection.execute(f'{count} "{name}"').fetchone()[0] for name in sorted(names)}
