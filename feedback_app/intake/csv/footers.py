"""Lines below a table, such as totals and notes, which are not rows of it."""

from collections.abc import Iterable, Iterator, Sequence

from feedback_app.intake.csv.date_order import likely_formats
from feedback_app.intake.csv.file import CSVRow

_MAX_LINES = 50
# Every closing time has more characters.
_MAX_TOTAL = 4


class Footers:
    """Passes the rows of a table on and keeps the lines below it in `lines`.

    A line below the table has no closing time, but may have a total in its place. Its first text is
    not like a case number: it has no digit, has several words, or is a date. Lines like it between
    rows are passed on.
    """

    def __init__(self, closed_at: int, case_number: int) -> None:
        """`closed_at` and `case_number` are the positions of these columns; -1 if not mapped."""
        self._closed_at, self._case_number = closed_at, case_number
        self.lines: list[CSVRow] = []

    def without(self, rows: Iterable[CSVRow]) -> Iterator[CSVRow]:
        """Yield the rows of the table."""
        at = self._closed_at
        for row in rows:
            cells = row.cells
            has_time = at < 0 or (at < len(cells) and len(cells[at].strip()) > _MAX_TOTAL)
            if not has_time and len(self.lines) < _MAX_LINES and self._is_below(cells):
                self.lines.append(row)
                continue
            if self.lines:
                yield from self.lines
                self.lines.clear()
            yield row

    def _is_below(self, cells: Sequence[str]) -> bool:
        number = self._case_number
        if 0 <= number < len(cells) and cells[number].strip():
            return not _is_like_a_number(cells[number])
        return not any(map(_is_like_a_number, cells)) or sum(map(bool, cells)) == 1


def _is_like_a_number(text: str) -> bool:
    """Return whether this may be a case number: one word with a digit, or groups of digits."""
    if likely_formats(text.strip()):
        return False
    words = text.split()
    has_digit = any(sign.isdigit() for sign in text)
    has_letter = any(sign.isalpha() for sign in text)
    return has_digit and (len(words) == 1 or not has_letter)
