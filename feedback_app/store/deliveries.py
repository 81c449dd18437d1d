"""Deliveries of case systems, stored by digest to recognise repeats."""

import hashlib
from datetime import datetime

from feedback_app.database.contract import Database, Transaction


def case_of(database: Database | Transaction, source: str, delivery_id: str) -> str | None:
    """Return the key of the closed case from this delivery; None if the delivery is new."""
    rows = database.ask(
        "SELECT case_ref FROM deliveries WHERE source = :source AND delivery_digest = :digest",
        source=source,
        digest=_digest(delivery_id),
    )
    return rows[0]["case_ref"] if rows else None


def add(tx: Transaction, source: str, delivery_id: str, case_ref: str, now: datetime) -> None:
    """Store this delivery unless it is stored already."""
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
    """Delete deliveries received before this time; return how many."""
    return tx.run("DELETE FROM deliveries WHERE received_at < :before", before=before)


def _digest(delivery_id: str) -> str:
    # A sender may send lone surrogates, which UTF-8 cannot encode.
    return hashlib.sha256(delivery_id.encode("utf-8", "surrogatepass")).hexdigest()
