"""Weeks whose digest was sent, or had nothing to report."""

from datetime import datetime

from feedback_app.database.contract import Database, Transaction


def is_done(database: Database, week: str) -> bool:
    """Return whether the digest of `week` is done."""
    return database.exists("SELECT 1 FROM digests WHERE week = :week", week=week)


def mark_done(tx: Transaction, week: str, now: datetime) -> bool:
    """Mark the digest of `week` as done; return False if it was done before."""
    return tx.insert_new("digests", week=week, written_at=now)


def last_written(database: Database) -> datetime | None:
    """Return when the last digest was written, or None."""
    return database.time("SELECT max(written_at) FROM digests")
