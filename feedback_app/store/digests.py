"""Digests: which weeks the leads were told about."""

from datetime import datetime

from feedback_app.database.contract import Transaction


def tell_once(tx: Transaction, week: str, now: datetime) -> bool:
    """Record that the digest of `week` is dealt with; return False if it was before."""
    return bool(
        tx.run(
            """INSERT INTO digests (week, written_at) VALUES (:week, :now)
               ON CONFLICT (week) DO NOTHING""",
            week=week,
            now=now,
        )
    )
