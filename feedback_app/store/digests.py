"""Digests: which weeks the leads were told about."""

from datetime import datetime

from feedback_app.database.contract import Database, Transaction


def is_done(database: Database, week: str) -> bool:
    """Return whether the digest of `week` is dealt with."""
    return bool(database.ask("SELECT 1 FROM digests WHERE week = :week", week=week))


def mark_done(tx: Transaction, week: str, now: datetime) -> bool:
    """Record that the digest of `week` is dealt with; return False if it was before."""
    return bool(
        tx.run(
            """INSERT INTO digests (week, written_at) VALUES (:week, :now)
               ON CONFLICT (week) DO NOTHING""",
            week=week,
            now=now,
        )
    )
