"""Deliveries of case systems: each is kept by its digest, so that a repeat is recognised."""

import hashlib
from datetime import datetime

from feedback_app.database.contract import Transaction


def case_of(tx: Transaction, source: str, delivery_id: str) -> str | None:
    """Return the key of the closed case that came with this delivery, if it came before."""
    rows = tx.ask(
        "SELECT case_ref FROM deliveries WHERE source = :source AND delivery_digest = :digest",
        source=source,
        digest=_digest(delivery_id),
    )
    return rows[0]["case_ref"] if rows else None


def add(tx: Transaction, source: str, delivery_id: str, case_ref: str, now: datetime) -> None:
    """Remember this delivery, unless it is known."""
    tx.run(
        """INSERT INTO deliveries (source, delivery_digest, case_ref, received_at)
           VALUES (:source, :digest, :case_ref, :now)
           ON CONFLICT (source, delivery_digest) DO NOTHING""",
        source=source,
        digest=_digest(delivery_id),
        case_ref=case_ref,
        now=now,
    )


def remove_before(tx: Transaction, before: datetime) -> int:
    """Forget the deliveries that came before this moment; return how many."""
    return tx.run("DELETE FROM deliveries WHERE received_at < :before", before=before)


def _digest(delivery_id: str) -> str:
    # A sender may write lone surrogates; they need not be stored, only told apart.
    return hashlib.sha256(delivery_id.encode("utf-8", "surrogatepass")).hexdigest()
