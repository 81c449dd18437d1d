"""What a dry run shows: the first cases, closing times, values of columns, and warnings."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from feedback_app.base.templates import template
from feedback_app.base.text import counted
from feedback_app.intake.case_number import EXCEL_DIGITS, may_be_rounded
from feedback_app.intake.csv.columns import swapped
from feedback_app.intake.csv.file import CSVRow
from feedback_app.intake.csv.importing import Batch, ImportCounts
from feedback_app.intake.dates import DateReader
from feedback_app.intake.errors import joined
from feedback_app.records import ClosedCase

FIRST_CASES = 3
OLD = timedelta(days=365)
# A column with more values is not one that tells closed cases from open ones.
_MAX_VALUES = 1000
_LISTED_CONTACTS = 3
# Counting different case numbers part by part needs a set of a small part only.
_PARTS = 64


@dataclass
class SwappedOrder:
    """Whether all dates of the column also fit the format with day and month swapped."""

    reader: DateReader
    date_format: str
    fits: int = 0
    has_failed: bool = False

    def look_at(self, texts: Iterable[str]) -> None:
        """Try dates until one does not fit."""
        if self.has_failed:
            return
        for text in texts:
            try:
                self.reader.read(text)
            except ValueError:
                self.has_failed = True
                return
            self.fits += 1


@dataclass
class Preview:
    """Collects what a dry run shows. `closed_at` and `where` are positions of columns.

    Emails leave at `emails_due`, which is `now` if they do not wait. `recipients` are the addresses
    with more than `emails_per_contact`. A case takes 8 bytes, and an address about 85.
    """

    now: datetime
    emails_due: datetime
    closed_at: int
    case_number: int
    where: dict[str, int]
    emails_per_import: int
    emails_per_contact: int
    swapped: SwappedOrder | None = None
    recipients: Counter[str] = field(default_factory=Counter)
    first: list[tuple[int, ClosedCase]] = field(default_factory=list)
    earliest: datetime | None = None
    latest: datetime | None = None
    values: dict[str, Counter[str]] = field(default_factory=dict)
    without_time: int = 0
    in_future: int = 0
    old: int = 0
    rounded: int = 0
    refused_as_rounded: int = 0
    _emails: dict[int, int] = field(default_factory=dict)
    _case_ids: "tuple[array[int], ...]" = field(
        default_factory=lambda: tuple(array("q") for _ in range(_PARTS))
    )

    def watched(self, rows: Iterable[CSVRow]) -> Iterator[CSVRow]:
        """Yield the rows and count the values in the columns with conditions."""
        counters = [
            (at, self.values.setdefault(name, Counter())) for name, at in self.where.items()
        ]
        for row in rows:
            if not row.error:
                for at, counter in counters:
                    text = row.cells[at]
                    if text in counter or len(counter) < _MAX_VALUES:
                        counter[text] += 1
            yield row

    def add(self, batch: Batch) -> None:
        """Add the cases of a batch."""
        room = FIRST_CASES - len(self.first)
        if room:
            pairs = zip(batch.rows, batch.cases, strict=True)
            self.first += [(row.line, case) for row, case in islice(pairs, room)]
        self.refused_as_rounded += sum(
            "spreadsheet rounded" in joined(one.errors) for one in batch.rejected
        )
        self._count_emails(batch.recipients)
        self._look_at_cells(batch.rows)
        times = [case.closed_at for case in batch.cases]
        if not times:
            return
        self.earliest = min(self.earliest or times[0], min(times))
        self.latest = max(self.latest or times[0], max(times))
        self.in_future += sum(one > self.now for one in times) if max(times) > self.now else 0
        oldest = self.now - OLD
        self.old += sum(one < oldest for one in times) if min(times) < oldest else 0
        for case in batch.cases:
            key = hash(case.case_id)
            self._case_ids[key % _PARTS].append(key)

    def warnings(self, counts: ImportCounts) -> list[str]:
        """Return the possible mistakes in an import, most important first."""
        total, other = counts.new + counts.known + counts.repeated, self.swapped
        numbers = sum(len(set(part)) for part in self._case_ids)
        values = {
            **vars(self),
            "counts": counts,
            "total": total,
            "swapped_format": other and other.fits and not other.has_failed and other.date_format,
            "busy_contacts": self.recipients.most_common(_LISTED_CONTACTS),
            "few_numbers": numbers if total > FIRST_CASES and 2 * numbers <= total else 0,
            "digits": EXCEL_DIGITS,
            "counted": counted,
        }
        text = template("en", "commands/import-warnings.txt").render(values)
        return [
            " ".join(paragraph.split()) for paragraph in text.strip().split("\n\n") if paragraph
        ]

    def _count_emails(self, recipients: Iterable[str]) -> None:
        for address in recipients:
            # Most addresses occur once, and a hash takes less memory.
            key = hash(address)
            self._emails[key] = count = self._emails.get(key, 0) + 1
            if count > self.emails_per_contact:
                self.recipients[address] = count

    def _look_at_cells(self, rows: Iterable[CSVRow]) -> None:
        if self.closed_at >= 0:
            texts = [row.cells[self.closed_at].strip() for row in rows]
            self.without_time += sum(map(_is_only_a_day, texts))
            if self.swapped:
                self.swapped.look_at(texts)
        if self.case_number >= 0:
            numbers = (row.cells[self.case_number] for row in rows)
            self.rounded += sum(may_be_rounded(one) for one in numbers if len(one) > EXCEL_DIGITS)


def _is_only_a_day(text: str) -> bool:
    return ":" not in text and 5 <= len(text) <= 12 and not text.isdigit()


def swapped_order(reader: DateReader) -> SwappedOrder | None:
    """Return a check whether day and month could be swapped, or None if they cannot."""
    formats = [other for one in reader.formats if (other := swapped(one))]
    if not formats:
        return None
    return SwappedOrder(
        DateReader(reader.zone, formats, reader.languages, reader.zone_names), formats[0]
    )
