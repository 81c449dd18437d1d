"""Rows of a table to the reception: batch by batch, counted."""

from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import get_args

from feedback_app.database.contract import Database, Transaction
from feedback_app.intake.csv_file import Row
from feedback_app.intake.csv_lines import UNREADABLE
from feedback_app.intake.faults import Fault, FaultyCaseError
from feedback_app.intake.mapping import CaseMapping
from feedback_app.intake.normal import NormalForm, loses_characters
from feedback_app.intake.rehearsal import rehearsal
from feedback_app.intake.rejected import Rejected
from feedback_app.invitations import Reception
from feedback_app.records import ClosedCase, WithheldBecause

BATCH = 200
# Rejected rows are held until their batch is done, and a row can be megabytes long.
BATCH_CHARACTERS = 1024 * 1024


@dataclass
class Counts:
    """What became of the rows. `cleaned` cases lost characters that cannot be stored."""

    read: int = 0
    new: int = 0
    known: int = 0
    rejected: int = 0
    not_matching: int = 0
    cleaned: int = 0
    withheld: Counter[WithheldBecause] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        self.read += other.read
        self.new += other.new
        self.known += other.known
        self.rejected += other.rejected
        self.not_matching += other.not_matching
        self.cleaned += other.cleaned
        self.withheld.update(other.withheld)

    def __str__(self) -> str:
        """Return one line, its words the same for every number so that scripts can read it."""
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
            f"{self.known} known already, {self.rejected} rejected, "
            f"{self.not_matching} not matching"
        )


@dataclass
class Batch:
    """What became of some rows that were taken in together."""

    counts: Counts = field(default_factory=Counts)
    rejected: list[Rejected] = field(default_factory=list)
    cases: list[ClosedCase] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Import:
    """Takes the rows of one table in. `ask_anyway` asks about cases closed long ago, too."""

    reception: Reception
    mapping: CaseMapping
    normal: NormalForm
    ask_anyway: bool = False

    def run(
        self, database: Database, columns: Sequence[str], rows: Iterable[Row]
    ) -> Generator[Batch]:
        """Take all rows in, a transaction a batch, and yield each batch once it is kept.

        Ended in the middle, it loses nothing: the next run finds the kept cases known.
        """
        for batch in self.batches(columns, rows):
            if batch.cases:
                with database.write() as tx:
                    self._receive(tx, batch)
            yield batch

    def rehearse(
        self, database: Database, columns: Sequence[str], rows: Iterable[Row]
    ) -> Generator[Batch]:
        """Yield what `run` would, and keep nothing of it.

        Everything happens in one transaction, so that a closing that is there twice counts as
        known the second time; meanwhile other writers wait.
        """
        with rehearsal(database) as tx:
            for batch in self.batches(columns, rows):
                self._receive(tx, batch)
                yield batch

    def batches(self, columns: Sequence[str], rows: Iterable[Row]) -> Generator[Batch]:
        """Yield all rows sifted into cases and rejected ones, before any is taken in."""
        batch, characters = Batch(), 0
        for row in rows:
            self._sift(row, columns, batch)
            characters += sum(map(len, row.cells))
            if batch.counts.read == BATCH or characters > BATCH_CHARACTERS:
                yield batch
                batch, characters = Batch(), 0
        if batch.counts.read:
            yield batch

    def _sift(self, row: Row, columns: Sequence[str], batch: Batch) -> None:
        """Put one row where it belongs: among the cases, the rejected, or those not meant."""
        batch.counts.read += 1
        try:
            if row.fault:
                raise FaultyCaseError([Fault("", row.fault)])
            named = dict(zip(columns, row.cells, strict=True))
            if not self.mapping.matches(named):
                batch.counts.not_matching += 1
                return
            values = self.mapping.values(named)
            _refuse_unreadable(values)
            batch.cases.append(self.normal.case(values))
            batch.counts.cleaned += loses_characters(values.values())
        except FaultyCaseError as error:
            batch.counts.rejected += 1
            batch.rejected.append(Rejected(row, error.faults))

    def _receive(self, tx: Transaction, batch: Batch) -> None:
        # In one order everywhere, so that two imports at once wait for each other, not both.
        for case in sorted(batch.cases, key=lambda case: (case.source, case.case_id)):
            receipt = self.reception.receive(tx, case, self.normal.now, self.ask_anyway)
            if receipt.outcome == "known":
                batch.counts.known += 1
            else:
                batch.counts.new += 1
                if receipt.withheld_because:
                    batch.counts.withheld[receipt.withheld_because] += 1


def _refuse_unreadable(values: dict[str, str]) -> None:
    faults = [
        Fault(name, "holds bytes that are not of this encoding: name the file's own")
        for name, text in values.items()
        if UNREADABLE in text
    ]
    if faults:
        raise FaultyCaseError(faults)
