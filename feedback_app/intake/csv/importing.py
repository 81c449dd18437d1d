"""Importing the rows of a table batch by batch, and the dry run of an import."""

import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import get_args

from feedback_app.database.contract import Database
from feedback_app.intake.csv.file import CSVRow
from feedback_app.intake.csv.rejected import Rejected
from feedback_app.intake.csv.row_reader import ReadRow, RowReader
from feedback_app.intake.errors import InvalidCaseError
from feedback_app.invitations import CaseIntake, IntakeDecision, IntakeResult
from feedback_app.records import ClosedCase, WithheldBecause
from feedback_app.store import import_runs
from feedback_app.store.case_lookups import KnownCases

BATCH_ROWS = 100
# Rejected rows stay in memory until their batch is done, and one row can have megabytes.
BATCH_CHARACTERS = 1024 * 1024


@dataclass
class ImportCounts:
    """The number of rows by result.

    `known` closings were stored before, `repeated` ones occur earlier in the same file. `completed`
    ones are known too, but their row fills in what was missing; `restarted` of them get a survey
    now. `known` includes likely duplicates, which `likely_duplicates` counts by their other source.
    `cleaned` cases lost characters that cannot be stored, `left_out` lost fields that cannot be
    read, and `emails` go out.
    """

    read: int = 0
    new: int = 0
    known: int = 0
    repeated: int = 0
    completed: int = 0
    restarted: int = 0
    rejected: int = 0
    not_matching: int = 0
    cleaned: int = 0
    left_out: int = 0
    emails: int = 0
    withheld: Counter[WithheldBecause] = field(default_factory=Counter)
    likely_duplicates: Counter[str] = field(default_factory=Counter)

    def add(self, other: "ImportCounts") -> None:
        """Add the counts of another batch."""
        for name, value in vars(other).items():
            if isinstance(value, int):
                setattr(self, name, getattr(self, name) + value)
        self.withheld.update(other.withheld)
        self.likely_duplicates.update(other.likely_duplicates)

    def __str__(self) -> str:
        """Return one line. Its words do not depend on the numbers, so scripts can parse it."""
        reasons = [
            f"{self.withheld[reason]} {reason}"
            for reason in get_args(WithheldBecause)
            if self.withheld[reason]
        ]
        withheld = f"{self.withheld.total()} withheld"
        if reasons:
            withheld += f": {', '.join(reasons)}"
        return (
            f"{self.read} rows read: {self.new} new closed cases ({withheld}), "
            f"{self.known} duplicates, {self.repeated} repeated, {self.rejected} rejected, "
            f"{self.not_matching} filtered out, {self.completed} completed"
        )


@dataclass
class Batch:
    """Some rows of a table, and what happened to them.

    `cases` are in the order of the file; `rows` and `decisions` belong to them. `left_out` are
    optional fields that could not be read, by row, and `recipients` the addresses of its emails.
    """

    counts: ImportCounts = field(default_factory=ImportCounts)
    rejected: list[Rejected] = field(default_factory=list)
    left_out: list[Rejected] = field(default_factory=list)
    cases: list[ClosedCase] = field(default_factory=list)
    rows: list[CSVRow] = field(default_factory=list)
    decisions: Sequence[IntakeDecision | IntakeResult] = ()
    recipients: list[str] = field(default_factory=list)


_Handle = Callable[[Sequence[ClosedCase]], Sequence[IntakeDecision | IntakeResult]]


@dataclass(kw_only=True)
class Import:
    """An import of one table. `ask_anyway` also asks about cases closed long ago.

    `run_id` is the id of the run once it has started, for `feedback uninvite`.
    """

    case_intake: CaseIntake
    row_reader: RowReader
    ask_anyway: bool = False
    run_id: str = ""

    def run(self, database: Database, rows: Iterable[CSVRow]) -> Generator[Batch]:
        """Import all rows in short transactions, and yield each batch once it is committed.

        An interrupted import loses nothing: the next run counts the stored cases as duplicates.
        """
        now = self.row_reader.reader.now
        self.run_id = import_runs.new_run()

        def store(cases: Sequence[ClosedCase]) -> list[IntakeResult]:
            with database.write() as tx:
                started = time.monotonic()
                results = self.case_intake.store_all(tx, cases, now, self.ask_anyway)
                stored = [one.case_ref for one in results if one.outcome == "new"]
                import_runs.add_cases(tx, self.run_id, now, filter(None, stored))
            # SQLite allows one writer at a time, and a waiting one retries at least every 0.1
            # seconds. It soon succeeds, because the import pauses for half of the time.
            if database.engine == "sqlite":
                time.sleep(time.monotonic() - started)
            return results

        return self._handled(rows, store)

    def dry_run(self, database: Database, rows: Iterable[CSVRow]) -> Generator[Batch]:
        """Yield the batches that `run` would yield. It only reads, so no other writer waits."""
        known, now = KnownCases(database), self.row_reader.reader.now

        def plan(cases: Sequence[ClosedCase]) -> list[IntakeDecision]:
            return self.case_intake.decide_all(known, cases, now, self.ask_anyway)

        with closing(known):
            yield from self._handled(rows, plan)

    def batches(self, rows: Iterable[CSVRow]) -> Generator[Batch]:
        """Yield all rows as closed cases and rejected rows. Nothing is stored yet."""
        batch, characters, read = Batch(), 0, 0
        for row in rows:
            characters += self._read_row(row, batch)
            read += 1
            if read == BATCH_ROWS or characters > BATCH_CHARACTERS:
                batch.counts.read = read
                yield batch
                batch, characters, read = Batch(), 0, 0
        if read:
            batch.counts.read = read
            yield batch

    def _handled(self, rows: Iterable[CSVRow], handle: _Handle) -> Generator[Batch]:
        seen: set[int] = set()
        for batch in self.batches(rows):
            batch.decisions = handle(batch.cases) if batch.cases else ()
            for case, result in zip(batch.cases, batch.decisions, strict=True):
                self._count(batch, case, result, seen)
            yield batch

    def _count(
        self, batch: Batch, case: ClosedCase, result: IntakeDecision | IntakeResult, seen: set[int]
    ) -> None:
        """Count the result of one case; `seen` are hashes of earlier cases."""
        counts, withheld = batch.counts, result.withheld_because
        key = result.case_ref if isinstance(result, IntakeResult) else result.known_case
        if self.case_intake.is_notified(case, result):
            counts.emails += 1
            batch.recipients.append((case.contact_email or "").lower())
        if result.outcome == "new":
            counts.new += 1
            if withheld:
                counts.withheld[withheld] += 1
        elif result.outcome == "completed":
            counts.completed += 1
            counts.restarted += result.decides and withheld is None
        else:
            # A dry run stores nothing, so a case that is known without a key is in this file.
            is_repeated = (key is None and not result.duplicate_of) or hash(key) in seen
            counts.repeated += is_repeated
            counts.known += not is_repeated
            if result.duplicate_of:
                counts.likely_duplicates[result.duplicate_of] += 1
        if key:
            seen.add(hash(key))

    def _read_row(self, row: CSVRow, batch: Batch) -> int:
        """Add one row to the cases, the rejected rows or the rows that were filtered out.

        Return how many characters of it stay in memory until the batch is done.
        """
        try:
            found = self.row_reader.read(row)
        except InvalidCaseError as error:
            batch.counts.rejected += 1
            batch.rejected.append(Rejected(row, error.errors))
            return sum(map(len, row.cells))
        if found is None:
            batch.counts.not_matching += 1
            return 0
        if isinstance(found, ReadRow):
            batch.counts.cleaned += found.is_cleaned
            if found.left_out:
                batch.counts.left_out += 1
                batch.left_out.append(Rejected(row, found.left_out))
            found = found.case
        batch.cases.append(found)
        batch.rows.append(row)
        return 0
