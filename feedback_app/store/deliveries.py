"""Deliveries of case systems, stored by digest to recognise repeats."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from feedback_app.database.contract import Database, Readable, Transaction
from feedback_app.store.batches import delete_in_batches
from feedback_app.store.rows import in_list


def cases_of(source: Readable, sender: str, delivery_ids: Iterable[str]) -> dict[str, str]:
    """Return the keys of the closed cases from these deliveries; new deliveries are missing."""
    digests = {_digest(one): one for one in delivery_ids}
    names, values = in_list("digest", digests)
    sql = f"""SELECT delivery_digest, case_ref FROM deliveries
              WHERE source = :sender AND delivery_digest IN ({names})"""
    rows = source.ask(sql, sender=sender, **values)
    return {digests[row["delivery_digest"]]: row["case_ref"] for row in rows}


def add_all(tx: Transaction, sender: str, case_refs: Mapping[str, str], now: datetime) -> None:
    """Store deliveries with the keys of their cases, unless they are stored already."""
    tx.run_many(
        """INSERT INTO deliveries (source, delivery_digest, case_ref, received_at)
           VALUES (:source, :digest, :case_ref, :now)
           ON CONFLICT (source, delivery_digest) DO NOTHING""",
        [
            {"source": sender, "digest": _digest(one), "case_ref": case_ref, "now": now}
            for one, case_ref in case_refs.items()
        ],
    )


def remove_before(database: Database, before: datetime) -> int:
    """Delete deliveries received before this time; return how many."""
    return delete_in_batches(database, "deliveries", "received_at < :before", before=before)


def _digest(delivery_id: str) -> str:
    # A sender may send lone surrogates, which UTF-8 cannot encode.
    return hashlib.sha256(delivery_id.encode("utf-8", "surrogatepass")).hexdigest()
