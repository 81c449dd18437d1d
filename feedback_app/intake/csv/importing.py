"""Importing the rows of a table batch by batch, and the dry run of an import."""

import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import get_args

from feedback_app.database.contract import Database
from feedback_app.intake.closed_case import CaseReader, loses_characters
from feedback_app.intake.csv.file import UNDECODABLE, CSVRow
from feedback_app.intake.csv.rejected import Rejected
from feedback_app.intake.errors import FieldError, InvalidCaseError
from feedback_app.intake.mapping import CaseMapping
from feedback_app.invitations import CaseIntake, IntakeDecision, IntakeResult, PlannedCases
from feedback_app.records import ClosedCase, WithheldBecause

BATCH_ROWS = 200
# SQLite allows one writer at a time, and a waiting writer retries about every 0.1 seconds. Short
# transactions of about 20 emails with pauses in between let customers answer during an import.
TRANSACTION_CASES = 20
PAUSE_SECONDS = 0.05
# Rejected rows stay in memory until their batch is done, and one row can have megabytes.
BATCH_CHARACTERS = 1024 * 1024


@dataclass
class ImportCounts:
    """The number of rows by result. `cleaned` cases lost characters that cannot be stored.

    `known` includes likely duplicates, which `likely_duplicates` counts by their other source.
    """

    read: int = 0
    new: int = 0
    known: int = 0
    rejected: int = 0
    not_matching: int = 0
    cleaned: int = 0
    withheld: Counter[WithheldBecause] = field(default_factory=Counter)
    likely_duplicates: Counter[str] = field(default_factory=Counter)

    def add(self, other: "ImportCounts") -> None:
        """Add the counts of another batch."""
        for name in ("read", "new", "known", "rejected", "not_matching", "cleaned"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.withheld.update(other.withheld)
        self.likely_duplicates.update(other.likely_duplicates)

    def add_case(self, result: IntakeDecision | IntakeResult) -> None:
        """Count one closed case."""
        if result.outcome != "new":
            self.known += 1
            self.likely_duplicates.update([result.duplicate_of] if result.duplicate_of else [])
            return
        self.new += 1
        if result.withheld_because:
            self.withheld[result.withheld_because] += 1

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
            f"{self.known} duplicates, {self.rejected} rejected, "
            f"{self.not_matching} filtered out"
        )


@dataclass
class Batch:
    """Some rows of a table, and what happened to them."""

    counts: ImportCounts = field(default_factory=ImportCounts)
    rejected: list[Rejected] = field(default_factory=list)
    cases: list[ClosedCase] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Import:
    """An import of one table. `ask_anyway` also asks about cases closed long ago."""

    case_intake: CaseIntake
    mapping: CaseMapping
    reader: CaseReader
    ask_anyway: bool = False

    def run(
        self, database: Database, columns: Sequence[str], rows: Iterable[CSVRow]
    ) -> Generator[Batch]:
        """Import all rows in short transactions, and yield each batch once it is committed.

        An interrupted import loses nothing: the next run counts the stored cases as duplicates.
        """

        def store(cases: Sequence[ClosedCase]) -> list[IntakeResult]:
            with database.write() as tx:
                results = [
                    self.case_intake.store(tx, case, self.reader.now, self.ask_anyway)
                    for case in cases
                ]
            if database.engine == "sqlite":
                time.sleep(PAUSE_SECONDS)
            return results

        return self._process(columns, rows, store)

    def dry_run(
        self, database: Database, columns: Sequence[str], rows: Iterable[CSVRow]
    ) -> Generator[Batch]:
        """Yield the batches that `run` would yield. It only reads, so no other writer waits."""
        planned = PlannedCases()

        def plan(cases: Sequence[ClosedCase]) -> list[IntakeDecision]:
            decisions = []
            for case in cases:
                decision = self.case_intake.decide(
                    database, case, self.reader.now, self.ask_anyway, planned
                )
                if decision.outcome == "new":
                    planned.add(case, is_asked=decision.withheld_because is None)
                decisions.append(decision)
            return decisions

        return self._process(columns, rows, plan)

    def batches(self, columns: Sequence[str], rows: Iterable[CSVRow]) -> Generator[Batch]:
        """Yield all rows as closed cases and rejected rows. Nothing is stored yet."""
        batch, characters = Batch(), 0
        for row in rows:
            self._read_row(row, columns, batch)
            characters += sum(map(len, row.cells))
            if batch.counts.read == BATCH_ROWS or characters > BATCH_CHARACTERS:
                yield batch
                batch, characters = Batch(), 0
        if batch.counts.read:
            yield batch

    def _process(
        self,
        columns: Sequence[str],
        rows: Iterable[CSVRow],
        handle: Callable[[Sequence[ClosedCase]], Iterable[IntakeDecision | IntakeResult]],
    ) -> Generator[Batch]:
        for batch in self.batches(columns, rows):
            for start in range(0, len(batch.cases), TRANSACTION_CASES):
                for result in handle(batch.cases[start : start + TRANSACTION_CASES]):
                    batch.counts.add_case(result)
            yield batch

    def _read_row(self, row: CSVRow, columns: Sequence[str], batch: Batch) -> None:
        """Add one row to the cases, the rejected rows or the rows that were filtered out."""
        batch.counts.read += 1
        try:
            if row.error:
                raise InvalidCaseError([FieldError("", row.error)])
            named = dict(zip(columns, row.cells, strict=True))
            if not self.mapping.matches(named):
                batch.counts.not_matching += 1
                return
            values = self.mapping.values(named)
            _require_decoded(values)
            batch.cases.append(self.reader.read(values))
            batch.counts.cleaned += loses_characters(values.values())
        except InvalidCaseError as error:
            batch.counts.rejected += 1
            batch.rejected.append(Rejected(row, error.errors))


def _require_decoded(values: dict[str, str]) -> None:
    errors = [
        FieldError(name, "contains bytes that do not match the encoding: set --encoding")
        for name, text in values.items()
        if UNDECODABLE in text
    ]
    if errors:
        raise InvalidCaseError(errors)
