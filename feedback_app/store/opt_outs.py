"""Addresses that opted out of surveys, stored as digests.

With the database, one can test guessed addresses against them; DECISIONS.md explains why the
digests have no key.
"""

import hashlib
from datetime import datetime
from typing import NamedTuple

from feedback_app.base.addresses import spellings
from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Readable, Transaction
from feedback_app.store import follow_ups


class OptOut(NamedTuple):
    """An address that opted out, and when. The address is None if no stored case has it."""

    since: datetime
    address: str | None


def digest_of(address: str) -> str:
    """Return the SHA-256 of an address, the same for all its spellings."""
    return hashlib.sha256(spellings(address)[0].encode()).hexdigest()


def add(tx: Transaction, address: str, now: datetime) -> None:
    """Opt this address out."""
    add_digest(tx, digest_of(address), now)


def add_digest(tx: Transaction, digest: str, now: datetime) -> None:
    """Opt the address with this digest out, and close its open follow-ups."""
    tx.insert_new("opt_outs", contact_digest=digest, since=now)
    follow_ups.close_of(tx, lambda address: digest_of(address) == digest, now)


def remove(tx: Transaction, address: str) -> None:
    """Opt this address in again."""
    remove_digest(tx, digest_of(address))


def remove_digest(tx: Transaction, digest: str) -> None:
    """Opt the address with this digest in again."""
    tx.run("DELETE FROM opt_outs WHERE contact_digest = :digest", digest=digest)


def opted_out_since(source: Readable, address: str) -> datetime | None:
    """Return when this address opted out; None if it did not."""
    sql = "SELECT since FROM opt_outs WHERE contact_digest = :digest"
    return source.time(sql, digest=digest_of(address))


def all_digests(database: Database) -> dict[str, datetime]:
    """Return when each address opted out, by its digest."""
    rows = database.ask("SELECT contact_digest, since FROM opt_outs")
    return {row["contact_digest"]: from_text(row["since"]) for row in rows}


def all_opt_outs(database: Database) -> list[OptOut]:
    """Return all opt-outs, newest first, with the address as far as a stored case has it."""
    rows = database.ask("SELECT contact_digest, since FROM opt_outs ORDER BY since DESC")
    contacts = "SELECT DISTINCT contact_email FROM cases WHERE contact_email IS NOT NULL"
    known = {
        digest_of(row["contact_email"]): row["contact_email"]
        for row in (database.stream(contacts) if rows else ())
    }
    return [OptOut(from_text(row["since"]), known.get(row["contact_digest"])) for row in rows]


def is_opted_out(source: Readable, address: str) -> bool:
    """Return whether this address opted out."""
    return is_digest_opted_out(source, digest_of(address))


def is_digest_opted_out(source: Readable, digest: str) -> bool:
    """Return whether the address with this digest opted out."""
    return source.exists("SELECT 1 FROM opt_outs WHERE contact_digest = :digest", digest=digest)
