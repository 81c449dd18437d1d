"""API keys of case systems, stored as digests."""

from datetime import datetime

from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.records import SenderKey
from feedback_app.store.rows import columns_of, times_in

_COLUMNS = columns_of(SenderKey)


def add(tx: Transaction, key: SenderKey) -> None:
    """Store a new key."""
    tx.run(
        """INSERT INTO sender_keys (id, source, key_digest, created_at)
           VALUES (:id, :source, :key_digest, :created_at)""",
        id=key.id,
        source=key.source,
        key_digest=key.key_digest,
        created_at=key.created_at,
    )


def find(source: Database, key_id: str) -> SenderKey | None:
    """Return the key with this id, revoked or not."""
    rows = source.ask(f"SELECT {_COLUMNS} FROM sender_keys WHERE id = :id", id=key_id)
    return _key(rows[0]) if rows else None


def all_keys(source: Database) -> list[SenderKey]:
    """Return every key, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM sender_keys ORDER BY created_at, id"
    return [_key(row) for row in source.ask(sql)]


def revoke(tx: Transaction, key_id: str, now: datetime) -> bool:
    """Revoke this key. Return whether it exists."""
    return bool(
        tx.run(
            "UPDATE sender_keys SET revoked_at = coalesce(revoked_at, :now) WHERE id = :id",
            id=key_id,
            now=now,
        )
    )


def _key(row: Row) -> SenderKey:
    return SenderKey(**row | times_in(row, "created_at", "revoked_at"))
