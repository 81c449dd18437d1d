"""The file of rejected rows: beside the imported one, to be mended and imported in its turn."""

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TextIO

from feedback_app.base.spreadsheet import guarded, unguarded
from feedback_app.database.contract import Database
from feedback_app.intake.csv.file import LONGEST_CELL, Row, Table
from feedback_app.intake.csv.lines import UNREADABLE
from feedback_app.intake.faults import Fault, together
from feedback_app.store import rejected_files

MARK = ".rejected"
ADDED = ("line", "reason")


class RejectedFileError(RuntimeError):
    """The rejected rows cannot be written. The message says where and what to do."""


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken in, and why."""

    row: Row
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return f"line {self.row.line}: {together(self.faults)}"


def path_beside(path: Path) -> Path:
    """Return where the rejected rows of `path` go: FILE.csv has its own in FILE.rejected.csv."""
    name = path.name[:-4] if path.suffix.lower() == ".csv" else path.name
    return path.resolve().with_name(f"{name}{MARK}.csv")


def as_imported(path: Path, table: Table) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Return columns and rows of a table; of a file of rejected rows, those it was made from."""
    columns = table.columns
    if not (MARK in path.name and columns[-len(ADDED) :] == ADDED):
        return columns, table.rows()
    count = len(columns) - len(ADDED)
    rows = (
        replace(row, cells=tuple(unguarded(cell) for cell in row.cells[:count]))
        for row in table.rows()
    )
    return columns[:count], rows


class RejectedRows:
    """Where one run's rejected rows go: UTF-8, the columns they came with, line and reason."""

    def __init__(
        self, database: Database, path: Path, columns: Sequence[str], now: datetime
    ) -> None:
        """Nothing is written yet. Raises RejectedFileError if somebody else's file is there."""
        self._database, self.path, self._columns, self._now = (
            database,
            path,
            columns,
            now,
        )
        self._file: TextIO | None = None
        if path.exists() and path not in rejected_files.all_paths(database):
            raise RejectedFileError(
                f"{path} exists and was not written by an import: move it, "
                "because rejected rows would go there"
            )

    def add(self, rows: Sequence[Rejected]) -> None:
        """Write rows, all of them with the system when this returns. Raises RejectedFileError."""
        if not rows:
            return
        try:
            file = self._file = self._file or self._begin()
            csv.writer(file).writerows(_printable(self._cells(row)) for row in rows)
            file.flush()
        except OSError as error:
            raise RejectedFileError(
                f"{self.path} cannot be written ({error.strerror}): import a copy of the file "
                "from a folder where you may write; what was taken in already is kept"
            ) from error

    def finish(self) -> None:
        """Close the file; if there was nothing to write, remove what an earlier run wrote."""
        if self._file:
            self._file.close()
        elif self.path in rejected_files.all_paths(self._database):
            self.path.unlink(missing_ok=True)
            with self._database.write() as tx:
                rejected_files.remove(tx, self.path)

    def _begin(self) -> TextIO:
        # Remembered before it exists, so that erasure reaches it whatever happens to this run.
        with self._database.write() as tx:
            rejected_files.add(tx, self.path, self._now)
        # Only the owner may read it: rejected rows hold customers' addresses.
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        file = os.fdopen(handle, "w", encoding="utf-8", newline="")
        csv.writer(file).writerow(_printable([*self._columns, *ADDED]))
        return file

    def _cells(self, rejected: Rejected) -> list[str]:
        """Return the row's cells under their columns, with line and reason under theirs."""
        count, cells = len(self._columns), list(rejected.row.cells)
        if len(cells) > count:
            cells[count - 1 :] = [" ".join(cells[count - 1 :])[:LONGEST_CELL]]
        cells += [""] * (count - len(cells))
        return [*cells, str(rejected.row.line), together(rejected.faults)]


def _printable(cells: Sequence[str]) -> list[str]:
    return [guarded(cell.replace(UNREADABLE, "\ufffd")) for cell in cells]
