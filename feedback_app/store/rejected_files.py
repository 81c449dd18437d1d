"""Paths of the files with rejected rows, so that erasure and retention find them."""

from datetime import datetime
from pathlib import Path

from feedback_app.database.contract import Database, Transaction


def add(tx: Transaction, path: Path, now: datetime) -> None:
    """Record that rejected rows were written to `path`."""
    tx.run(
        """INSERT INTO rejected_files (path, written_at) VALUES (:path, :now)
           ON CONFLICT (path) DO UPDATE SET written_at = :now""",
        path=str(path.resolve()),
        now=now,
    )


def all_paths(database: Database) -> list[Path]:
    """Return every file of rejected rows that was not removed yet."""
    return [Path(row["path"]) for row in database.ask("SELECT path FROM rejected_files")]


def written_before(database: Database, moment: datetime) -> list[Path]:
    """Return the files last written before `moment`."""
    rows = database.ask("SELECT path FROM rejected_files WHERE written_at < :moment", moment=moment)
    return [Path(row["path"]) for row in rows]


def remove(tx: Transaction, path: Path) -> None:
    """Record that the file is gone."""
    tx.run("DELETE FROM rejected_files WHERE path = :path", path=str(path))
