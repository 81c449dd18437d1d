"""Paths of the files with rejected rows, so that erasure and retention find them."""

from datetime import datetime
from pathlib import Path

from feedback_app.database.contract import Database, Transaction


def add(tx: Transaction, path: Path, now: datetime) -> None:
    """Record that rejected rows were written to `path`."""
    sql = """INSERT INTO rejected_files (path, written_at) VALUES (:path, :now)
             ON CONFLICT (path) DO UPDATE SET written_at = :now"""
    tx.run(sql, path=str(path.resolve()), now=now)


def all_paths(database: Database) -> list[Path]:
    """Return every file of rejected rows that was not removed yet."""
    return list(map(Path, database.column("SELECT path FROM rejected_files")))


def written_before(database: Database, moment: datetime) -> list[Path]:
    """Return the files last written before `moment`."""
    sql = "SELECT path FROM rejected_files WHERE written_at < :moment"
    return list(map(Path, database.column(sql, moment=moment)))


def remove(tx: Transaction, path: Path) -> None:
    """Record that the file is gone."""
    tx.run("DELETE FROM rejected_files WHERE path = :path", path=str(path))
