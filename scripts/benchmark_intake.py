"""Measures the preview of an import of 100,000 rows, as a ratio to a bare loop with `csv`.

Compare only ratios between machines or runs, not times.
"""

import csv
import gc
import resource
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from measuring import compare

from feedback_app.database.choose import open_database
from feedback_app.database.migrate import migrate
from feedback_app.intake.csv.file import opened
from feedback_app.intake.csv.importing import Import
from feedback_app.intake.csv.preview import Preview, swapped_order
from feedback_app.intake.csv.row_reader import RowReader
from feedback_app.intake.mapping_file import MappingTables
from feedback_app.invitations import CaseIntake
from support_facts import load_facts

ROOT = Path(__file__).resolve().parent.parent
ROWS = 100_000
ROUNDS = 5
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
# The columns of a usual ServiceNow export: 36, of which an import uses six.
TABLES = MappingTables(
    map={"case_number": "number", "team": "group", "contact_email": "email"},
    where={"state": ["Closed"]},
    missing=["?"],
    date_format="%d/%m/%Y %H:%M",
)


def main() -> None:
    """Measure both loops in alternating rounds, and the memory of the process."""
    # As `feedback invite` sets it.
    gc.set_threshold(100_000)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "export.csv"
        _write(path)
        compare("preview / bare csv loop, by CPU", lambda: _bare(path), _preview(path), ROUNDS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{ROWS} rows of 36 columns; at most {peak:.0f} MiB of memory in this process")


def _write(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        others = [f"other_{at}" for at in range(30)]
        writer.writerow(["number", "state", "group", "email", "opened_at", "closed_at", *others])
        for at in range(ROWS):
            closed = NOW - timedelta(minutes=at * 7919 % (60 * 24 * 60))
            writer.writerow(
                [
                    f"INC{at:07}",
                    "Closed",
                    f"Group {at % 30}",
                    f"c{at % 30_000}@customer{at % 900}.example",
                    f"{closed - timedelta(days=1):%d/%m/%Y %H:%M}",
                    f"{closed:%d/%m/%Y %H:%M}",
                    *(f"Category {at * place % 99}" for place in range(30)),
                ]
            )


def _bare(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass


def _preview(path: Path) -> Callable[[], None]:
    facts = load_facts(ROOT / "support_facts/support.toml")
    zone = ZoneInfo("Europe/Berlin")
    database = open_database(f"sqlite:///{path.parent}/feedback.sqlite")
    migrate(database, NOW)
    reader = TABLES.reader(facts, zone, NOW)

    def run() -> None:
        with opened(path, wanted=TABLES.mapping.wanted()) as table:
            mapping = TABLES.mapping.for_columns(table.columns, "csv")
            rows = RowReader(mapping, reader, table.columns)
            preview = Preview(
                now=NOW,
                closed_at=table.columns.index("closed_at"),
                case_number=0,
                where={"state": 1},
                swapped=swapped_order(reader.dates, [str(TABLES.date_format)]),
            )
            job = Import(case_intake=CaseIntake(facts, zone), row_reader=rows)
            for batch in job.dry_run(database, preview.watched(table.rows())):
                preview.add(batch)

    return run


if __name__ == "__main__":
    main()
