"""A CSV file as a table: its columns, and its rows with the line each begins at."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from feedback_app.base.text import one_line
from feedback_app.intake.csv.guess import SAMPLE_CHARACTERS, delimiter_of, encoding_of
from feedback_app.intake.csv.lines import LONGEST_LINE, MARKED, CSVFileError, Lines

# Long descriptions stand in columns nobody maps; the texts we take have their own, lower limits.
LONGEST_CELL = 4 * 1024 * 1024
# The limit belongs to the whole process, so it is set once and not by whoever reads.
csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True)
class Row:
    """One row: the physical line it begins at (the first is 1), its cells, and what ails it."""

    line: int
    cells: tuple[str, ...]
    fault: str = ""


class Table:
    """An open CSV file: its columns, and its rows one by one."""

    def __init__(self, path: Path, lines: Lines, encoding: str, delimiter: str) -> None:
        self._lines, self.encoding, self.delimiter = lines, encoding, delimiter
        self._rows = _rows(lines, delimiter)
        head = next(self._rows, None)
        if head is None or head.fault:
            said = f"line {head.line} {head.fault}" if head else "it is empty"
            raise CSVFileError(f"{path.name} has no row of column names: {said}")
        self.columns = tuple(one_line(name) for name in head.cells)

    @property
    def bytes_read(self) -> int:
        """Return how much of the file has been read, up to a buffer ahead of the last row."""
        return self._lines.bytes_read

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not blank, once. A row with a `fault` cannot be trusted."""
        count = len(self.columns)
        for row in self._rows:
            if row.fault or len(row.cells) == count:
                yield row
            elif len(row.cells) < count:
                said = f"has {len(row.cells)} cells where the first row has {count}"
                yield Row(row.line, row.cells, said)
            elif any(row.cells[count:]):
                said = f"has {len(row.cells)} cells where the first row has only {count}"
                yield Row(row.line, row.cells, said)
            else:
                yield Row(row.line, row.cells[:count])


@contextmanager
def opened(
    path: Path, encoding: str | None = None, delimiter: str | None = None
) -> Iterator[Table]:
    """Open a CSV file; what is not named is found out.

    Raises CSVFileError if it cannot be read, or holds no column names; reading its rows may, too.
    """
    try:
        known = encoding or encoding_of(path)
        # Whoever names UTF-8 does not mean its byte order mark to be part of the first column.
        codec = "utf-8-sig" if codecs.lookup(known).name == "utf-8" else known
        raw = path.open("rb")
    except OSError as error:
        raise CSVFileError(f"{path} cannot be read: {error.strerror}") from error
    with raw, io.TextIOWrapper(raw, encoding=codec, errors=MARKED, newline="") as file:
        lines = Lines(raw, file)
        if delimiter is None:
            delimiter = delimiter_of(lines.sample(SAMPLE_CHARACTERS))
        yield Table(path, lines, known, delimiter)


def _rows(lines: Lines, delimiter: str) -> Iterator[Row]:
    # Strict, because otherwise a quote that is never closed swallows the rest of the file unseen.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.next_row()
        try:
            cells: Sequence[str] = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # Only the line where it began is lost: the lines a runaway quote took are read again.
            lines.keep_only_the_first()
            yield Row(lines.line, _as_they_stand(lines.first, delimiter), _said(error))
            continue
        if lines.too_long:
            yield Row(lines.line, tuple(cells), f"is longer than {LONGEST_LINE} characters")
        elif any(cells):
            yield Row(lines.line, tuple(cells))


def _as_they_stand(line: str, delimiter: str) -> tuple[str, ...]:
    """Return the cells of a line that breaks the rules of CSV, as far as they can be told."""
    return tuple(line.rstrip("\r\n")[:LONGEST_CELL].split(delimiter))


def _said(error: csv.Error) -> str:
    said = str(error)
    if "field limit" in said:
        return f"has a cell of more than {LONGEST_CELL} characters, or a quote that is not closed"
    return f"breaks the rules of CSV ({said}): mind the quotes"
