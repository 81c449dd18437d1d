"""An export of the case system against what came in: which closings were missed."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from feedback_app.database.contract import Database
from feedback_app.intake.csv.file import Row
from feedback_app.intake.csv.importing import Import
from feedback_app.intake.csv.rejected import Rejected
from feedback_app.records import ClosedCase
from feedback_app.store import cases


@dataclass
class Compared:
    """What some rows of the export say. `missed` are closed cases that never came in."""

    read: int = 0
    came_in: int = 0
    not_matching: int = 0
    missed: list[ClosedCase] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def compare(
    database: Database, job: Import, columns: Sequence[str], rows: Iterable[Row], within: timedelta
) -> Generator[Compared]:
    """Yield what becomes of the rows, batch by batch. Nothing is stored.

    A closing came in if one of the same case, by its key or its number, is known less than
    `within` away.
    """
    for batch in job.batches(columns, rows):
        compared = Compared(
            read=batch.counts.read,
            not_matching=batch.counts.not_matching,
            rejected=batch.rejected,
        )
        for case in batch.cases:
            if cases.is_known_near(database, case, within):
                compared.came_in += 1
            else:
                compared.missed.append(case)
        yield compared
