"""A CSV file as a table: its columns, and its rows with their line numbers."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from feedback_app.base.text import one_line
from feedback_app.intake.csv.detect import SAMPLE_CHARACTERS, detect_delimiter, detect_encoding

# Replaces bytes that the encoding does not have.
UNDECODABLE = "\ufffd"
# Long descriptions are in columns that nobody maps; the fields we import have lower limits.
MAX_CELL_CHARACTERS = 4 * 1024 * 1024
# The limit applies to the whole process, so it is set once, on import.
csv.field_size_limit(MAX_CELL_CHARACTERS)


class CSVFileError(ValueError):
    """The file cannot be read as a table. The message says why and what to do."""


@dataclass(frozen=True)
class CSVRow:
    """One row: the line it starts at (the first line is 1), its cells, and why it is unusable."""

    line: int
    cells: tuple[str, ...]
    error: str = ""


class CSVTable:
    """An open CSV file: its columns, and its rows one by one."""

    def __init__(
        self, path: Path, raw: io.BufferedReader, encoding: str, delimiter: str | None
    ) -> None:
        self._path, self._raw, self.encoding = path, raw, encoding
        # The byte order mark of UTF-8 is not part of the first column name.
        codec = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
        file = io.TextIOWrapper(raw, encoding=codec, errors="replace", newline="")
        try:
            self.delimiter = delimiter or detect_delimiter(file.read(SAMPLE_CHARACTERS))
            file.seek(0)
        except (OSError, UnicodeError) as error:
            self._stop(str(error))
        # In strict mode, a quote that is never closed is an error at the end of the file. Without
        # it, the quote hides the rest of the file.
        self._reader = csv.reader(file, delimiter=self.delimiter, strict=True)
        self._rows = self._numbered_rows()
        head = next(self._rows, None)
        if head is None:
            raise CSVFileError(f"{path.name} is empty: the first row must name the columns")
        self.columns = tuple(one_line(name) for name in head.cells)

    @property
    def bytes_read(self) -> int:
        """Return how many bytes of the file have been read, up to a buffer past the last row."""
        return self._raw.tell()

    def rows(self) -> Iterator[CSVRow]:
        """Yield every row that is not blank, once.

        Raises CSVFileError for a row that breaks the CSV format.
        """
        count = len(self.columns)
        for row in self._rows:
            found = len(row.cells)
            if found < count or any(row.cells[count:]):
                error = f"has {found} cells, but the first row has {count}"
                yield CSVRow(row.line, row.cells, error)
            else:
                yield CSVRow(row.line, row.cells[:count])

    def _numbered_rows(self) -> Iterator[CSVRow]:
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._stop(_explained(error), line)
            except (OSError, UnicodeError) as error:
                self._stop(str(error), line)
            if any(cells):
                yield CSVRow(line, tuple(cells))

    def _stop(self, reason: str, line: int | None = None) -> NoReturn:
        place = f"{self._path.name}, line {line}" if line else self._path.name
        raise CSVFileError(
            f"{place}: the file cannot be read further ({reason}). "
            "Correct it and import it again; rows that were imported before count as duplicates."
        )


@contextmanager
def opened(
    path: Path, encoding: str | None = None, delimiter: str | None = None
) -> Iterator[CSVTable]:
    """Open a CSV file. Without `encoding` or `delimiter` they are detected.

    Raises CSVFileError if the file cannot be read or has no column names.
    """
    try:
        known = encoding or detect_encoding(path)
        raw = path.open("rb")
    except OSError as error:
        raise CSVFileError(f"{path} cannot be read: {error.strerror}") from error
    with raw:
        yield CSVTable(path, raw, known, delimiter)


def _explained(error: csv.Error) -> str:
    text = str(error)
    if "field limit" in text:
        return f"a cell has more than {MAX_CELL_CHARACTERS} characters, or a quote is not closed"
    if "unexpected end of data" in text:
        return "a quote that starts here is not closed"
    return f"check the quotes: {text}"
