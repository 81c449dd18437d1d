"""Addresses that opted out of surveys, stored as digests.

With the database, one can test guessed addresses against them; DECISIONS.md explains why the
digests have no key.
"""

import hashlib
from datetime import datetime

from feedback_app.base.addresses import spellings
from feedback_app.database.contract import Database, Transaction


def digest_of(address: str) -> str:
    """Return the SHA-256 of an address, the same for all its spellings."""
    return hashlib.sha256(spellings(address)[0].encode()).hexdigest()


def add(tx: Transaction, address: str, now: datetime) -> None:
    """Opt this address out."""
    add_digest(tx, digest_of(address), now)


def add_digest(tx: Transaction, digest: str, now: datetime) -> None:
    """Opt the address with this digest out."""
    tx.run(
        """INSERT INTO opt_outs (contact_digest, since) VALUES (:digest, :now)
           ON CONFLICT (contact_digest) DO NOTHING""",
        digest=digest,
        now=now,
    )


def remove(tx: Transaction, address: str) -> None:
    """Opt this address in again."""
    remove_digest(tx, digest_of(address))


def remove_digest(tx: Transaction, digest: str) -> None:
    """Opt the address with this digest in again."""
    tx.run("DELETE FROM opt_outs WHERE contact_digest = :digest", digest=digest)


def is_opted_out(source: Database | Transaction, address: str) -> bool:
    """Return whether this address opted out."""
    return is_digest_opted_out(source, digest_of(address))


def is_digest_opted_out(source: Database | Transaction, digest: str) -> bool:
    """Return whether the address with this digest opted out."""
    return bool(source.ask("SELECT 1 FROM opt_outs WHERE contact_digest = :digest", digest=digest))
