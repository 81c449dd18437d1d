"""Measures the preview of an import of 100,000 rows, as a ratio to a bare loop with `csv`.

Compare only ratios between machines or runs, not times.
"""

import csv
import gc
import resource
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from measuring import compare

from feedback_app.database.choose import open_database
from feedback_app.database.migrate import migrate
from feedback_app.intake.csv.file import opened
from feedback_app.intake.csv.footers import without_footers
from feedback_app.intake.csv.importing import Import
from feedback_app.intake.csv.preview import Preview, swapped_order
from feedback_app.intake.csv.row_reader import RowReader
from feedback_app.intake.mapping_file import CaseMapping
from feedback_app.invitations import CaseIntake
from support_facts import load_facts

ROOT = Path(__file__).resolve().parent.parent
ROWS = 100_000
ROUNDS = 5
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
# A usual export of ServiceNow has 36 columns, of which an import uses six; others are narrower.
WIDTHS = (3, 6, 12, 36)
TABLES = CaseMapping(
    map={"case_number": "number", "contact_email": "email"},
    missing=["?"],
    date_format="%d/%m/%Y %H:%M",
)


def main() -> None:
    """Measure both loops in alternating rounds, and the memory of the process."""
    # As `feedback invite` sets it.
    gc.set_threshold(100_000)
    with tempfile.TemporaryDirectory() as name:
        for width in WIDTHS:
            path = Path(name) / f"{width}.csv"
            _write(path, width)
            title = f"preview / bare csv loop, {width} columns"
            compare(title, partial(_bare, path), _preview(path, width), ROUNDS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{ROWS} rows; at most {peak:.0f} MiB of memory in this process")


def _write(path: Path, width: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        others = [f"other_{at}" for at in range(30)]
        names = ["number", "closed_at", "email", "state", "group", "opened_at", *others]
        writer.writerow(names[:width])
        for at in range(ROWS):
            closed = NOW - timedelta(minutes=at * 7919 % (60 * 24 * 60))
            cells = [
                f"INC{at:07}",
                f"{closed:%d/%m/%Y %H:%M}",
                f"c{at % 30_000}@customer{at % 900}.example",
                "Closed",
                f"Group {at % 30}",
                f"{closed - timedelta(days=1):%d/%m/%Y %H:%M}",
                *(f"Category {at * place % 99}" for place in range(30)),
            ]
            writer.writerow(cells[:width])


def _bare(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass


def _preview(path: Path, width: int) -> Callable[[], None]:
    wide = {"team": "group"} if width > 3 else {}
    tables = TABLES.model_copy(
        update={
            "columns": {**TABLES.columns, **wide},
            "where": {"state": ["Closed"]} if wide else {},
        }
    )
    facts = load_facts(ROOT / "support_facts/support.toml")
    zone = ZoneInfo("Europe/Berlin")
    database = open_database(f"sqlite:///{path.parent}/feedback.sqlite")
    migrate(database, NOW)
    reader = tables.reader(facts, zone, NOW)

    def run() -> None:
        with opened(path, wanted=tables.wanted()) as table:
            mapping = tables.for_columns(table.columns, "csv")
            rows = RowReader(mapping, reader, table.columns)
            closed_at = table.columns.index("closed_at")
            preview = Preview(
                now=NOW,
                emails_due=NOW,
                closed_at=closed_at,
                case_number=0,
                where={"state": 3} if wide else {},
                swapped=swapped_order(reader.dates_of("closed_at")),
                emails_per_import=500,
                emails_per_contact=20,
            )
            job = Import(case_intake=CaseIntake(facts, zone), row_reader=rows)
            read = without_footers(table.rows(), closed_at, 0, [])
            for batch in job.dry_run(database, preview.watched(read)):
                preview.add(batch)

    return run


if __name__ == "__main__":
    main()
