"""Changes many rows in small transactions, between which others can write."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from feedback_app.database.contract import Database, Transaction
from feedback_app.store.rows import in_list

# SQLite has one writer at a time: 200 cases take it 10 to 20 ms.
BATCH = 200
# The column with the place of a row. On PostgreSQL, the place changes with the row.
_PLACE = {"sqlite": "rowid", "postgresql": "ctid"}
# Gets a condition for the rows of a batch, and its values; returns how many rows it changed.
BatchChange = Callable[[Transaction, str, dict[str, object]], int]


T = TypeVar("T")


def in_batches(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Yield up to `size` items at a time, for a transaction each.

    After each batch, pause as long as it took, because SQLite does not queue writers.
    """
    for at in range(0, len(items), size):
        start = time.monotonic()
        yield items[at : at + size]
        time.sleep(time.monotonic() - start)


def change_in_batches(
    database: Database, table: str, condition: str, change: BatchChange, **values: object
) -> int:
    """Call `change` for all rows of `table` that meet `condition`; return the sum of its results.

    A row that another connection changes at the same time may be left out.
    """
    place = f"{table}.{_PLACE[database.engine]}"
    rows = database.stream(f"SELECT {place} AS place FROM {table} WHERE {condition}", **values)
    places = [row["place"] for row in rows]
    changed = 0
    for batch in in_batches(places):
        names, of_batch = in_list("place", batch)
        with database.write() as tx:
            where = f"{place} IN ({names}) AND ({condition})"
            changed += change(tx, where, {**of_batch, **values})
    return changed


def delete_in_batches(database: Database, table: str, condition: str, **values: object) -> int:
    """Delete all rows of `table` that meet `condition`; return how many."""

    def delete(tx: Transaction, where: str, of_batch: dict[str, object]) -> int:
        return tx.run(f"DELETE FROM {table} WHERE {where}", **of_batch)

    return change_in_batches(database, table, condition, delete, **values)
