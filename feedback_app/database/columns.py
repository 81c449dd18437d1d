"""What is said of every column: its purpose and its lifetime."""

from typing import NamedTuple

RECORD = "record"


class Column(NamedTuple):
    """What a column is for, and the name of the retention period after which it is emptied."""

    purpose: str
    lifetime: str = RECORD


class Table(NamedTuple):
    """A table's columns, and the column whose moment starts their lifetimes.

    A row in which none of the `needed_until` columns is set is still needed: no lifetime ends yet.
    """

    age: str
    columns: dict[str, Column]
    needed_until: tuple[str, ...] = ()
