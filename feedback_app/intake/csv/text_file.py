"""The rows of a text file with delimiters, with their line numbers."""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NoReturn

from feedback_app.intake.csv.detect import SAMPLE_CHARACTERS, detect_delimiter
from feedback_app.intake.errors import CSVFileError

# Long descriptions are in columns that nobody maps; the fields we import have lower limits.
MAX_CELL_CHARACTERS = 4 * 1024 * 1024
# The limit applies to the whole process, so it is set once, on import.
csv.field_size_limit(MAX_CELL_CHARACTERS)
# Excel reads and writes this first line to name the delimiter.
_SEP_LINE = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n)', re.IGNORECASE)


class TextRows:
    """An open text file. Without `delimiter`, it is detected; columns in `wanted` help."""

    sheet = ""

    def __init__(
        self,
        path: Path,
        raw: io.BufferedReader,
        encoding: str,
        delimiter: str | None,
        wanted: Collection[str],
    ) -> None:
        self._path, self._raw, self.encoding = path, raw, encoding
        # The byte order mark of UTF-8 is not part of the first column name.
        codec = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
        file = io.TextIOWrapper(raw, encoding=codec, errors="replace", newline="")
        try:
            sample = file.read(SAMPLE_CHARACTERS)
            file.seek(0)
            sep_line = _SEP_LINE.match(sample)
            if sep_line:
                file.readline()
        except (OSError, UnicodeError) as error:
            self._stop(str(error))
        self._skipped = 1 if sep_line else 0
        self.delimiter = (
            delimiter or (sep_line[1] if sep_line else "") or detect_delimiter(sample, wanted)
        )
        # In strict mode, a quote that is never closed is an error at the end of the file. Without
        # it, the quote hides the rest of the file.
        self._reader = csv.reader(file, delimiter=self.delimiter, strict=True)

    @property
    def bytes_read(self) -> int:
        """Return how many bytes of the file have been read, up to a buffer past the last row."""
        return self._path.stat().st_size if self._raw.closed else self._raw.tell()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row that is not blank, with the line it starts at. Raises CSVFileError."""
        reader, skipped = self._reader, self._skipped
        line = reader.line_num + skipped + 1
        try:
            for cells in reader:
                if any(cells):
                    yield line, cells
                line = reader.line_num + skipped + 1
        except csv.Error as error:
            self._stop(_explained(error), line)
        except (OSError, UnicodeError) as error:
            self._stop(str(error), line)

    def _stop(self, reason: str, line: int | None = None) -> NoReturn:
        place = f"{self._path.name}, line {line}" if line else self._path.name
        raise CSVFileError(
            f"{place}: the file cannot be read further ({reason}). "
            "Correct it and import it again; rows that were imported before count as duplicates."
        )


def _explained(error: csv.Error) -> str:
    text = str(error)
    if "field limit" in text:
        return f"a cell has more than {MAX_CELL_CHARACTERS} characters, or a quote is not closed"
    if "unexpected end of data" in text:
        return "a quote that starts here is not closed"
    return f"check the quotes: {text}"
