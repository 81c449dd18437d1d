"""API keys of case systems, stored as digests."""

from datetime import datetime

from feedback_app.database.contract import Database, Transaction
from feedback_app.records import SenderKey
from feedback_app.store.rows import columns_of

_COLUMNS = columns_of(SenderKey)


def add(tx: Transaction, key: SenderKey) -> None:
    """Store a new key."""
    tx.insert("sender_keys", **vars(key))


def find(source: Database, key_id: str) -> SenderKey | None:
    """Return the key with this id, revoked or not."""
    return source.record(SenderKey, f"SELECT {_COLUMNS} FROM sender_keys WHERE id = :id", id=key_id)


def all_keys(source: Database) -> list[SenderKey]:
    """Return every key, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM sender_keys ORDER BY created_at, id"
    return source.records(SenderKey, sql)


def revoke(tx: Transaction, key_id: str, now: datetime) -> bool:
    """Revoke this key. Return whether it exists."""
    sql = "UPDATE sender_keys SET revoked_at = coalesce(revoked_at, :now) WHERE id = :id"
    return tx.changes(sql, id=key_id, now=now)
