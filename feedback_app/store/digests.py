"""Weeks whose digest was sent, or had nothing to report."""

from datetime import datetime

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Transaction


def is_done(database: Database, week: str) -> bool:
    """Return whether the digest of `week` is done."""
    return bool(database.ask("SELECT 1 FROM digests WHERE week = :week", week=week))


def mark_done(tx: Transaction, week: str, now: datetime) -> bool:
    """Mark the digest of `week` as done; return False if it was done before."""
    return bool(
        tx.run(
            """INSERT INTO digests (week, written_at) VALUES (:week, :now)
               ON CONFLICT (week) DO NOTHING""",
            week=week,
            now=now,
        )
    )


def last_written(database: Database) -> datetime | None:
    """Return when the last digest was written, or None."""
    (row,) = database.ask("SELECT max(written_at) AS at FROM digests")
    return row["at"] and from_text(row["at"])
