"""The key that signs opt-out links. It is never rotated, so customers can always opt out."""

import secrets
from datetime import datetime

from feedback_app.database.contract import Database, Transaction


def all_keys(source: Database | Transaction) -> list[str]:
    """Return the keys, usually one. The last one signs."""
    return [
        row["key"] for row in source.ask("SELECT key FROM opt_out_keys ORDER BY created_at, key")
    ]


def all_or_new(database: Database, now: datetime) -> list[str]:
    """Return the keys; create one if there is none."""
    if keys := all_keys(database):
        return keys
    with database.write() as tx:
        tx.only_one("opt-out key")
        if not all_keys(tx):
            tx.run(
                "INSERT INTO opt_out_keys (key, created_at) VALUES (:key, :now)",
                key=secrets.token_hex(),
                now=now,
            )
        return all_keys(tx)
