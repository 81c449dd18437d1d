"""The physical lines of a CSV file, counted, in bounded memory."""

import codecs
import io
from collections import deque
from collections.abc import Callable, Iterator

# Stands for bytes that the encoding does not have. Decoded text never holds this lone surrogate.
UNREADABLE = "\udcff"
LONGEST_LINE = 16 * 1024 * 1024
MARKED = "feedback.unreadable"


class CSVFileError(ValueError):
    """The file cannot be read as a table. The message says why and what to try."""


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Put the mark in place of bytes that cannot be decoded."""
    if isinstance(error, UnicodeDecodeError):
        return UNREADABLE, error.end
    raise error


codecs.register_error(MARKED, _mark)


class Lines:
    """The physical lines of a file, counted, with a way back to a line already taken."""

    def __init__(self, raw: io.BufferedReader, file: io.TextIOWrapper) -> None:
        self._raw, self._file = raw, file
        self._taken: list[tuple[str, bool]] = []
        self._again: deque[tuple[str, bool]] = deque()
        self.line = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        self._taken.append(line)
        return line[0]

    @property
    def bytes_read(self) -> int:
        """Return how much of the file has been read, up to a buffer ahead."""
        return self._raw.tell()

    def sample(self, count: int) -> str:
        """Return how the file begins, without taking anything."""
        sample = self._characters(self._file.read, count)
        self._file.seek(0)
        return sample

    @property
    def first(self) -> str:
        """Return the line this row begins with."""
        return self._taken[0][0]

    @property
    def too_long(self) -> bool:
        """Return whether a line of this row was cut."""
        return any(cut for _, cut in self._taken)

    def next_row(self) -> None:
        """Forget the lines of the row before."""
        self.line += len(self._taken)
        self._taken = []

    def keep_only_the_first(self) -> None:
        """Give back every line taken for this row but the first."""
        self._again.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]

    def _read(self) -> tuple[str, bool]:
        """Return the next line, cut where it gets too long, and whether it was."""
        readline = self._file.readline
        text = rest = self._characters(readline, LONGEST_LINE)
        if not text:
            raise StopIteration
        while len(rest) == LONGEST_LINE and not rest.endswith(("\n", "\r")):
            rest = self._characters(readline, LONGEST_LINE)
        return text, rest is not text

    def _characters(self, read: Callable[[int], str], count: int) -> str:
        try:
            return read(count)
        except (OSError, UnicodeError) as error:
            raise CSVFileError(f"{self._raw.name} cannot be read on: {error}") from error
