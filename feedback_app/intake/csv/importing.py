"""Rows of a table to the case_intake: batch by batch, counted."""

import time
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import get_args

from feedback_app.database.contract import Database
from feedback_app.intake.closed_case import NormalForm, loses_characters
from feedback_app.intake.csv.file import Row
from feedback_app.intake.csv.lines import UNREADABLE
from feedback_app.intake.csv.rehearsal import Foresight
from feedback_app.intake.csv.rejected import Rejected
from feedback_app.intake.faults import Fault, FaultyCaseError
from feedback_app.intake.mapping import CaseMapping
from feedback_app.invitations import CaseIntake
from feedback_app.records import ClosedCase, WithheldBecause

BATCH = 200
# SQLite lets one writer in at a time, and whoever waits looks again every tenth of a second or so:
# customers get their turn between short transactions, some twenty mails each.
AT_ONCE = 20
PAUSE_SECONDS = 0.05
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

    def take(self, known: bool, withheld: WithheldBecause | None = None) -> None:
        """Count one closed case."""
        if known:
            self.known += 1
            return
        self.new += 1
        if withheld:
            self.withheld[withheld] += 1

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

    case_intake: CaseIntake
    mapping: CaseMapping
    normal: NormalForm
    ask_anyway: bool = False

    def run(
        self, database: Database, columns: Sequence[str], rows: Iterable[Row]
    ) -> Generator[Batch]:
        """Take all rows in, in short transactions, and yield each batch once it is kept.

        Ended in the middle, it loses nothing: the next run finds the kept cases known.
        """
        for batch in self.batches(columns, rows):
            ordered = _in_order(batch.cases)
            for start in range(0, len(ordered), AT_ONCE):
                with database.write() as tx:
                    for case in ordered[start : start + AT_ONCE]:
                        receipt = self.case_intake.receive(
                            tx, case, self.normal.now, self.ask_anyway
                        )
                        batch.counts.take(receipt.outcome == "known", receipt.withheld_because)
                if database.engine == "sqlite":
                    time.sleep(PAUSE_SECONDS)
            yield batch

    def rehearse(
        self, database: Database, columns: Sequence[str], rows: Iterable[Row]
    ) -> Generator[Batch]:
        """Yield what `run` would, and keep nothing of it.

        Nothing is written, so nobody waits; a closing that is there twice counts as known the
        second time.
        """
        foresight = Foresight(self.case_intake, database)
        for batch in self.batches(columns, rows):
            for case in _in_order(batch.cases):
                if foresight.is_known(case):
                    batch.counts.take(known=True)
                else:
                    withheld = foresight.take(case, self.normal.now, self.ask_anyway)
                    batch.counts.take(known=False, withheld=withheld)
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


def _in_order(cases: Sequence[ClosedCase]) -> list[ClosedCase]:
    # In one order everywhere, so that two imports at once wait for each other, not both.
    return sorted(cases, key=lambda case: (case.source, case.case_id))


def _refuse_unreadable(values: dict[str, str]) -> None:
    faults = [
        Fault(name, "holds bytes that are not of this encoding: name the file's own")
        for name, text in values.items()
        if UNREADABLE in text
    ]
    if faults:
        raise FaultyCaseError(faults)
