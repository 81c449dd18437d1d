"""The rows of a sheet of an Excel workbook (.xlsx), within limits of time and memory."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from feedback_app.intake.errors import CSVFileError

# The reader keeps all cells of a sheet in memory, at about 60 bytes per cell.
MAX_CELLS = 8_000_000
MAX_BYTES = 400 * 1024 * 1024
_CHUNK = 256 * 1024
_OVERLAP = 64
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SHEET_FILE = re.compile(r"xl/worksheets/[^/]+\.xml")
# A cell that names its place, such as r="AB12". The reader allocates all cells up to the last one.
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_FIX = "Save it as .xlsx or as CSV UTF-8, and import that file"


class WorkbookRows:
    """The first sheet with cells, or the one named `sheet`. Raises CSVFileError."""

    encoding, delimiter = "", ""

    def __init__(self, path: Path, sheet: str | None) -> None:
        _check_size(path)
        # It is only needed for workbooks.
        from python_calamine import CalamineError, CalamineWorkbook

        try:
            book = CalamineWorkbook.from_path(str(path))
            names = [sheet] if sheet else book.sheet_names
            if sheet and sheet not in book.sheet_names:
                listed = ", ".join(book.sheet_names)
                raise CSVFileError(f"{path.name} has no sheet {sheet!r}: it has {listed}")
            for self.sheet in names:
                self._cells = book.get_sheet_by_name(self.sheet)
                if self._cells.height:
                    break
        except (CalamineError, zipfile.BadZipFile, OSError) as error:
            raise CSVFileError(
                f"{path.name} cannot be read as a workbook: {error}. {_FIX}"
            ) from error
        self.bytes_read = path.stat().st_size

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row that is not blank, with its number in the sheet."""
        start = self._cells.start
        first = start[0] + 1 if start else 1
        for line, row in enumerate(self._cells.iter_rows(), first):
            cells = [_text(cell) for cell in row]
            if any(cells):
                yield line, cells


def is_workbook(path: Path) -> bool:
    """Return whether the file is an .xlsx workbook. Raises CSVFileError for an older format."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLD_EXCEL:
        raise CSVFileError(f"{path.name} is a workbook in the old Excel format. {_FIX}")
    return start == _ZIP


def _check_size(path: Path) -> None:
    """Raise CSVFileError if the sheets need more memory or time than a real export does.

    The content of an entry that names a wrong size fails the check of its sum (CRC).
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                raise _too_large(path)
            for member in archive.infolist():
                if _SHEET_FILE.fullmatch(member.filename):
                    with archive.open(member) as file:
                        _check_extent(path, file)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise CSVFileError(f"{path.name} is a damaged Excel workbook: {error}. {_FIX}") from error


def _check_extent(path: Path, file: IO[bytes]) -> None:
    rows, columns, tail = 1, 1, b""
    while chunk := file.read(_CHUNK):
        rows, columns = _extent(tail + chunk, rows, columns)
        if rows * columns > MAX_CELLS:
            raise _too_large(path)
        tail = chunk[-_OVERLAP:]


def _too_large(path: Path) -> CSVFileError:
    return CSVFileError(
        f"{path.name} is too large for an Excel workbook: at most {MAX_CELLS} cells and "
        f"{MAX_BYTES // 1024**2} MiB are read. Save the sheet as CSV UTF-8, and import that file"
    )


def _extent(xml: bytes, rows: int, columns: int) -> tuple[int, int]:
    """Return the last row and column that cells in `xml` name, and not less than given."""
    for letters, row in set(_PLACE.findall(xml)):
        column = 0
        for letter in letters.upper():
            column = column * 26 + letter - 64
        rows, columns = max(rows, int(row)), max(columns, column)
    return rows, columns


def _text(cell: Any) -> str:
    """Return a cell as text: whole numbers without decimals, dates in ISO 8601."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else str(cell)
