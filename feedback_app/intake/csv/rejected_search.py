"""Finds and removes the rows of a case or person in files of rejected rows."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from feedback_app.base.addresses import mentions_address
from feedback_app.base.files import replace_file
from feedback_app.base.spreadsheet import unguarded
from feedback_app.database.contract import Database
from feedback_app.intake.csv.file import opened
from feedback_app.intake.csv.rejected import ADDED_COLUMNS, remove_file
from feedback_app.intake.errors import CSVFileError
from feedback_app.store import rejected_files


@dataclass(frozen=True)
class RowSearch:
    """What is searched: an address and case numbers.

    `shared` are the numbers that cases of other sources have too. A row with a shared number only
    counts if a cell names one of `sources`.
    """

    email: str | None
    case_numbers: frozenset[str]
    shared: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    def finds(self, cells: tuple[str, ...], original: int) -> bool:
        """Return whether a row contains what is searched.

        Only its first `original` cells come from the imported file. The others, line and reason,
        are searched for the address only.
        """
        texts = [unguarded(cell).strip() for cell in cells]
        if self.email and any(mentions_address(text, self.email) for text in texts):
            return True
        named = set(texts[:original])
        numbers = self.case_numbers & named
        return bool(numbers - self.shared or (numbers and self.sources & named))


@dataclass(frozen=True)
class RowsFound:
    """The rows of each file that were found, and which files could not be read or written.

    A row has its cells by column.
    """

    rows: dict[Path, list[dict[str, str]]]
    unreadable: tuple[Path, ...] = ()

    @property
    def count(self) -> int:
        """Return how many rows were found in all files."""
        return sum(map(len, self.rows.values()))


def search_rows(database: Database, wanted: RowSearch, *, remove: bool = False) -> RowsFound:
    """Return the rows that are found; with `remove`, also rewrite their files without them."""
    rows: dict[Path, list[dict[str, str]]] = {}
    unreadable = []
    for path in rejected_files.all_paths(database):
        try:
            found = _in_file(database, path, wanted, remove)
        except (OSError, CSVFileError):
            unreadable.append(path)
        else:
            rows |= {path: found} if found else {}
    return RowsFound(rows, tuple(unreadable))


def _in_file(
    database: Database, path: Path, wanted: RowSearch, remove: bool
) -> list[dict[str, str]]:
    """Return the rows of a file that are found.

    Encoding and delimiter are detected, because spreadsheets change them when people correct the
    rows. Raises CSVFileError or OSError if the file cannot be read or written.
    """
    if not path.exists():
        remove_file(database, path)
        return []
    with opened(path) as table:
        columns, rows = table.columns, [row.cells for row in table.rows()]
    has_added = columns[-len(ADDED_COLUMNS) :] == ADDED_COLUMNS
    original = len(columns) - len(ADDED_COLUMNS) if has_added else len(columns)
    found: list[tuple[str, ...]] = []
    kept: list[tuple[str, ...]] = []
    for cells in rows:
        (found if wanted.finds(cells, original) else kept).append(cells)
    if remove and not kept:
        remove_file(database, path)
    elif remove and found:
        replace_file(path, _as_csv([columns, *kept]))
    return [dict(zip(columns, cells, strict=False)) for cells in found]


def _as_csv(rows: list[tuple[str, ...]]) -> Iterator[str]:
    for cells in rows:
        line = io.StringIO()
        csv.writer(line).writerow(cells)
        yield line.getvalue()
