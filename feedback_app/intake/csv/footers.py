"""Lines below a table, such as totals and notes, which are not rows of it."""

from collections.abc import Iterable, Iterator, Sequence

from feedback_app.intake.csv.columns import likely_formats
from feedback_app.intake.csv.file import CSVRow

_MAX_LINES = 50
# Every closing time has more characters.
_MAX_TOTAL = 4


def without_footers(
    rows: Iterable[CSVRow], closed_at: int, case_number: int, footers: list[CSVRow]
) -> Iterator[CSVRow]:
    """Yield the rows of a table, and collect the lines below it in `footers`.

    A line below the table has no closing time, but may have a total in its place. Its first text is
    not like a case number: it has no digit, has several words, or is a date. Lines like it between
    rows are yielded. `closed_at` and `case_number` are the positions of these columns; -1 if not
    mapped.
    """
    at = closed_at
    for row in rows:
        cells = row.cells
        has_time = at < 0 or (at < len(cells) and len(cells[at].strip()) > _MAX_TOTAL)
        if not has_time and len(footers) < _MAX_LINES and _is_below(cells, case_number):
            footers.append(row)
            continue
        if footers:
            yield from footers
            footers.clear()
        yield row


def _is_below(cells: Sequence[str], case_number: int) -> bool:
    if 0 <= case_number < len(cells) and cells[case_number].strip():
        return not _is_like_a_number(cells[case_number])
    return not any(map(_is_like_a_number, cells)) or sum(map(bool, cells)) == 1


def _is_like_a_number(text: str) -> bool:
    """Return whether this may be a case number: one word with a digit, or groups of digits."""
    if likely_formats(text.strip()):
        return False
    words = text.split()
    has_digit = any(sign.isdigit() for sign in text)
    has_letter = any(sign.isalpha() for sign in text)
    return has_digit and (len(words) == 1 or not has_letter)
