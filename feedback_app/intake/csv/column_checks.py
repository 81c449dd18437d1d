"""Checks of whole columns before an import: the order of day and month, and rounded numbers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from feedback_app.intake.case_number import EXCEL_DIGITS, may_be_rounded
from feedback_app.intake.csv.date_order import FormatCount, best_formats
from feedback_app.intake.csv.file import CSVRow
from feedback_app.intake.dates import DateReader
from feedback_app.intake.errors import CSVFileError, quoted

# Reading the whole file once more is only needed if its first rows give a reason.
_FIRST_ROWS = 20
# One or two numbers can end in zeros by chance.
_FEW = 3


def check_numbers(column: str, rows: Callable[[], Iterable[CSVRow]], at: int) -> None:
    """Raise CSVFileError if all case numbers lost their last digits in a spreadsheet."""
    first = list(islice(_texts(rows(), at), _FIRST_ROWS))
    if len(first) < _FEW or not all(map(may_be_rounded, first)):
        return
    if all(map(may_be_rounded, _texts(rows(), at))):
        raise CSVFileError(
            f"every number in {quoted(column)} ends in zeros after {EXCEL_DIGITS} digits, such as "
            f"{first[0]}: a spreadsheet rounded them. Export the column again as text"
        )


def detected_formats(
    rows: Callable[[], Iterable[CSVRow]],
    at: int,
    plain: DateReader,
    reader_of: Callable[[str], DateReader],
) -> list[FormatCount]:
    """Return the formats that fit the column best, or [] if its dates need no format."""
    first = list(islice(_texts(rows(), at), _FIRST_ROWS))
    if any(map(plain.can_read, first)):
        return []
    return best_formats(_texts(rows(), at), reader_of)


def ambiguous(column: str, formats: Sequence[FormatCount]) -> str:
    """Return why a date format is needed, with the options that choose one."""
    choices = " or ".join(f"--date-format '{one.text}'" for one in formats)
    return (
        f"the dates in {quoted(column)}, such as {quoted(formats[0].examples[0])}, can be read "
        f"with the day or the month first. Choose {choices}"
    )


def _texts(rows: Iterable[CSVRow], at: int) -> Iterator[str]:
    for row in rows:
        if at < len(row.cells) and (text := row.cells[at].strip()):
            yield text
