"""The key that signs opt-out links. It is never rotated, so customers can always opt out."""

import secrets
from datetime import datetime

from feedback_app.database.contract import Database, Readable


def all_keys(source: Readable) -> list[str]:
    """Return the keys, usually one. The last one signs."""
    return source.column("SELECT key FROM opt_out_keys ORDER BY created_at, key")


def all_or_new(database: Database, now: datetime) -> list[str]:
    """Return the keys; create one if there is none."""
    if keys := all_keys(database):
        return keys
    with database.write() as tx:
        tx.only_one("opt-out key")
        if not all_keys(tx):
            tx.insert("opt_out_keys", key=secrets.token_hex(), created_at=now)
        return all_keys(tx)
