"""Addresses that want no surveys, kept as digests: they can be recognised, not read."""

import hashlib
from datetime import datetime

from feedback_app.database.contract import Database, Transaction


def add(tx: Transaction, address: str, now: datetime) -> None:
    """Ask this address no more."""
    tx.run(
        """INSERT INTO opt_outs (contact_digest, since) VALUES (:digest, :now)
           ON CONFLICT (contact_digest) DO NOTHING""",
        digest=_digest(address),
        now=now,
    )


def remove(tx: Transaction, address: str) -> None:
    """Ask this address again."""
    tx.run("DELETE FROM opt_outs WHERE contact_digest = :digest", digest=_digest(address))


def holds(source: Database | Transaction, address: str) -> bool:
    """Return whether this address wants no surveys, however it is spelled."""
    rows = source.ask(
        "SELECT 1 FROM opt_outs WHERE contact_digest = :digest", digest=_digest(address)
    )
    return bool(rows)


def _digest(address: str) -> str:
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()
