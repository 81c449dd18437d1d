"""The file of rejected rows, next to the imported file: people correct it and import it again."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from feedback_app.base.files import write_private_file
from feedback_app.base.spreadsheet import guarded, unguarded
from feedback_app.database.contract import Database
from feedback_app.intake.csv.file import CSVRow, CSVTable
from feedback_app.intake.csv.text_file import MAX_CELL_CHARACTERS
from feedback_app.intake.errors import CSVFileError, FieldError, joined
from feedback_app.store import rejected_files

MARK = ".rejected"
ADDED_COLUMNS = ("line", "reason")


@dataclass(frozen=True)
class Rejected:
    """A row that was not imported, and why."""

    row: CSVRow
    errors: tuple[FieldError, ...]

    def __str__(self) -> str:
        return f"line {self.row.line}: {joined(self.errors)}"


def rejected_path(path: Path) -> Path:
    """Return where the rejected rows of `path` go: FILE.rejected.csv for FILE.csv."""
    name = path.name[:-4] if path.suffix.lower() == ".csv" else path.name
    return path.resolve().with_name(f"{name}{MARK}.csv")


def as_imported(path: Path, table: CSVTable) -> tuple[tuple[str, ...], Iterator[CSVRow]]:
    """Return columns and rows of a table; for a file of rejected rows, the original ones."""
    columns = table.columns
    if not (MARK in path.name and columns[-len(ADDED_COLUMNS) :] == ADDED_COLUMNS):
        return columns, table.rows()
    count = len(columns) - len(ADDED_COLUMNS)
    rows = (
        row._replace(cells=tuple(unguarded(cell) for cell in row.cells[:count]))
        for row in table.rows()
    )
    return columns[:count], rows


def remove_file(database: Database, path: Path) -> None:
    """Delete a file of rejected rows. Raises OSError."""
    path.unlink(missing_ok=True)
    with database.write() as tx:
        rejected_files.remove(tx, path)


class RejectedRows:
    """Writes the rejected rows of one run: UTF-8, the original columns, then line and reason."""

    def __init__(
        self, database: Database, path: Path, columns: Sequence[str], now: datetime
    ) -> None:
        """Raises CSVFileError if `path` exists and no import wrote it."""
        self._database, self.path, self._columns, self._now = database, path, columns, now
        self._file: TextIO | None = None
        if path.exists() and path not in rejected_files.all_paths(database):
            raise CSVFileError(
                f"{path} exists and was not written by an import. "
                "Move it, because the import writes rejected rows there."
            )

    def add(self, rows: Sequence[Rejected]) -> None:
        """Write and flush rows. Raises CSVFileError."""
        if not rows:
            return
        try:
            file = self._file = self._file or self._create()
            csv.writer(file).writerows(self._cells(row) for row in rows)
            file.flush()
        except OSError as error:
            raise CSVFileError(
                f"{self.path} cannot be written ({error.strerror}). Import a copy of the file "
                "from a folder where you may write; rows that were imported stay imported."
            ) from error

    def finish(self) -> None:
        """Close the file. If no row was rejected, remove the file of an earlier run."""
        if self._file:
            self._file.close()
        elif self.path in rejected_files.all_paths(self._database):
            remove_file(self._database, self.path)

    def _create(self) -> TextIO:
        # Stored before the file exists, so that erasure finds it even if this run crashes.
        with self._database.write() as tx:
            rejected_files.add(tx, self.path, self._now)
        # Only the owner may read it: rejected rows contain customers' addresses.
        write_private_file(self.path, b"")
        file = self.path.open("w", encoding="utf-8", newline="")
        csv.writer(file).writerow(guarded(name) for name in (*self._columns, *ADDED_COLUMNS))
        return file

    def _cells(self, rejected: Rejected) -> list[str]:
        """Return the guarded cells of a row, as many as there are columns."""
        count, cells = len(self._columns), list(rejected.row.cells)
        if len(cells) > count:
            cells[count - 1 :] = [" ".join(cells[count - 1 :])[:MAX_CELL_CHARACTERS]]
        cells += [""] * (count - len(cells))
        cells += [str(rejected.row.line), joined(rejected.errors)]
        return [guarded(cell) for cell in cells]
