"""An export as a table: its columns, and its rows with their line numbers."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from feedback_app.base.text import one_line
from feedback_app.intake.csv.detect import detect_encoding
from feedback_app.intake.csv.text_file import TextRows
from feedback_app.intake.csv.workbook import WorkbookRows, is_workbook
from feedback_app.intake.errors import CSVFileError
from feedback_app.intake.mapping import base_name

# Replaces bytes that the encoding does not have.
UNDECODABLE = "\ufffd"
# Reports have a few lines with title, date and filters above their table.
_HEADER_WITHIN_ROWS = 50

_Cells = tuple[int, list[str]]


class CSVRow(NamedTuple):
    """One row: the line it starts at (the first line is 1), its cells, and why it is unusable."""

    line: int
    cells: tuple[str, ...]
    error: str = ""


class CSVTable:
    """An open file: its columns, and its rows one by one.

    `header_line` is the line of the column names. They are in the first row that has all `wanted`
    columns, or else most of them.
    """

    def __init__(self, name: str, source: TextRows | WorkbookRows, wanted: Collection[str]) -> None:
        self._source = source
        self.encoding, self.delimiter, self.sheet = source.encoding, source.delimiter, source.sheet
        rows = iter(source)
        start, rest = _first_rows(rows)
        if not start:
            raise CSVFileError(f"{name} is empty: the first row must name the columns")
        at = _header_at([cells for _, cells in start], {base_name(text) for text in wanted})
        self.header_line, header = start[at]
        self.columns = tuple(one_line(text) for text in header)
        self._rows = chain(start[at + 1 :], rest)

    @property
    def bytes_read(self) -> int:
        """Return how many bytes of the file have been read, up to a buffer past the last row."""
        return self._source.bytes_read

    def rows(self) -> Iterator[CSVRow]:
        """Yield every row that is not blank, once.

        Raises CSVFileError for a row that breaks the CSV format.
        """
        count = len(self.columns)
        for line, cells in self._rows:
            found = len(cells)
            if found == count:
                yield CSVRow(line, tuple(cells))
            elif found < count or any(cells[count:]):
                error = f"has {found} cells, but the first row has {count}"
                yield CSVRow(line, tuple(cells), error)
            else:
                yield CSVRow(line, tuple(cells[:count]))


@contextmanager
def opened(
    path: Path,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    wanted: Collection[str] = (),
) -> Iterator[CSVTable]:
    """Open a CSV file or an Excel workbook. Encoding, delimiter and header row are detected.

    Raises CSVFileError if the file cannot be read or has no column names.
    """
    try:
        if is_workbook(path):
            yield CSVTable(path.name, WorkbookRows(path, sheet), wanted)
            return
        known = encoding or detect_encoding(path)
        raw = path.open("rb")
    except OSError as error:
        raise CSVFileError(f"{path} cannot be read: {error.strerror}") from error
    with raw:
        yield CSVTable(path.name, TextRows(path, raw, known, delimiter, wanted), wanted)


def _first_rows(rows: Iterator[_Cells]) -> tuple[list[_Cells], Iterator[_Cells]]:
    """Return the rows among which the header is, and the rest, which raises a late error."""
    start: list[_Cells] = []
    try:
        start.extend(islice(rows, _HEADER_WITHIN_ROWS))
    except CSVFileError as error:
        if not start:
            raise
        return start, _failing(error)
    return start, rows


def _failing(error: CSVFileError) -> Iterator[_Cells]:
    raise error
    yield


def _header_at(rows: Sequence[Sequence[str]], wanted: Collection[str]) -> int:
    names = [{one_line(cell) for cell in cells} for cells in rows]
    matches = [len(found.intersection(wanted)) for found in names]
    if best := max(matches):
        return matches.index(best)
    # Without a known name, titles have one cell, and the table more.
    return next((at for at, cells in enumerate(rows) if sum(map(bool, cells)) > 1), 0)
