"""A write transaction of which nothing is kept: what would become of closed cases."""

from collections.abc import Iterator
from contextlib import contextmanager

from feedback_app.database.contract import Database, Transaction


class _NothingIsKeptError(Exception):
    """Ends a rehearsal."""


@contextmanager
def rehearsal(database: Database) -> Iterator[Transaction]:
    """Open a write transaction that is undone when the block ends; meanwhile other writers wait."""
    try:
        with database.write() as tx:
            yield tx
            raise _NothingIsKeptError
    except _NothingIsKeptError:
        return
