"""Addresses that want no surveys, kept as digests.

A digest is enough to recognise an address that comes along. Whoever has the database can try
guessed addresses against it: DECISIONS.md says why it has no key.
"""

import hashlib
from datetime import datetime

from feedback_app.database.contract import Database, Transaction


def digest_of(address: str) -> str:
    """Return the SHA-256 by which an address is recognised, however it is spelled."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def add(tx: Transaction, address: str, now: datetime) -> None:
    """Ask this address no more."""
    add_digest(tx, digest_of(address), now)


def add_digest(tx: Transaction, digest: str, now: datetime) -> None:
    """Ask the address with this digest no more."""
    tx.run(
        """INSERT INTO opt_outs (contact_digest, since) VALUES (:digest, :now)
           ON CONFLICT (contact_digest) DO NOTHING""",
        digest=digest,
        now=now,
    )


def remove(tx: Transaction, address: str) -> None:
    """Ask this address again."""
    remove_digest(tx, digest_of(address))


def remove_digest(tx: Transaction, digest: str) -> None:
    """Ask the address with this digest again."""
    tx.run("DELETE FROM opt_outs WHERE contact_digest = :digest", digest=digest)


def holds(source: Database | Transaction, address: str) -> bool:
    """Return whether this address wants no surveys."""
    return holds_digest(source, digest_of(address))


def holds_digest(source: Database | Transaction, digest: str) -> bool:
    """Return whether the address with this digest wants no surveys."""
    return bool(source.ask("SELECT 1 FROM opt_outs WHERE contact_digest = :digest", digest=digest))
