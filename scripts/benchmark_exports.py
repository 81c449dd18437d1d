"""Measures exports against bare loops of the same libraries, and their memory."""

import csv
import io
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measuring import compare
from xlsxwriter import Workbook

from feedback_app.base.times import to_text
from feedback_app.base.weeks import weeks_back
from feedback_app.records import AnsweredCase
from feedback_app.reports.csv_export import week_as_csv
from feedback_app.reports.overview import overview_of
from feedback_app.reports.xlsx_export import write_workbook
from feedback_app.store import answered_cases
from tests.support.history import NOW, House, Size, open_house
from tests.support.server import environment

ANSWERS, MANY, YEARS, ROUNDS = 10_000, 100_000, 104, 5
# `ru_maxrss` may include the parent process, so read the kernel's figures. Starting the program
# takes more memory than an export, so the peak is reset first (possible only on Linux).
_MEASURED = """
from pathlib import Path
from feedback_app.cli import main
import feedback_app.commands.review
def kib(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
Path("/proc/self/clear_refs").write_text("5")
before = kib("VmRSS")
main(standalone_mode=False)
print(kib("VmHWM") - before)
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        house = open_house(folder / "house", Size(ANSWERS, ANSWERS), YEARS)
        _exports(folder, house)
        open_house(folder / "large", Size(MANY, MANY), YEARS)
        _memory(folder / "house", folder / "large")


def _exports(folder: Path, house: House) -> None:
    """Compare the exports with bare loops over the same rows."""
    weeks, facts, path = _weeks(), house.program.facts, folder / "ours.xlsx"
    database, span = house.program.database, (weeks[0], weeks[-1])
    read = answered_cases.answered_between(database, *span, NOW)
    rows = list(read)
    print(f"exports of {len(rows):,} answers; CPU, median of {ROUNDS} rounds")
    compare("guarded CSV / bare csv loop", lambda: _bare_csv(rows), lambda: _our_csv(rows), ROUNDS)

    def ours() -> None:
        write_workbook(path, rows, overview_of(database, span, facts, NOW), facts, "en")

    compare("workbook / bare XlsxWriter loop", lambda: _bare_xlsx(folder, rows), ours, ROUNDS)


def _memory(few: Path, many: Path) -> None:
    """Print the peak memory of the command for few and for ten times as many answers."""
    print(f"`feedback export` of {ANSWERS:,} and {MANY:,} answers: memory without the program")
    for form in ("csv", "json", "xlsx"):
        first, second = (_peak(house, form) for house in (few, many))
        print(f"  {form:5}{first:6.1f} and {second:6.1f} MiB, ratio {second / first:.2f}")


def _peak(house: Path, form: str) -> float:
    """Return the peak MiB of an export of all weeks, in addition to the started program."""
    weeks, path = _weeks(), house / f"all.{form}"
    command = ["export", f"{weeks[0]}..{weeks[-1]}", "--format", form, "--output", str(path)]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *command],
        env=environment(house, 1),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.split()[-1]) / 1024


def _weeks() -> list[str]:
    return weeks_back("2026-W47", YEARS + 1)


def _bare_row(case: AnsweredCase) -> list[Any]:
    # Does not call our code, because a yardstick must not include what it measures.
    return [
        case.case_number,
        case.case_kind,
        case.team,
        case.customer,
        case.language,
        case.closure_reason,
        to_text(case.closed_at),
        case.closed_week,
        to_text(case.answered_at) if case.answered_at else None,
        case.answered_week,
        case.ease,
        case.satisfaction,
        case.comment,
        "yes" if case.contact_welcome else "no",
        " ".join(case.flags),
        case.revision,
        case.source,
        case.case_url,
        case.wording_version,
    ]


def _bare_csv(rows: list[AnsweredCase]) -> None:
    file = io.StringIO()
    write = csv.writer(file).writerow
    for case in rows:
        write(_bare_row(case))


def _our_csv(rows: list[AnsweredCase]) -> None:
    file = io.StringIO()
    for line in week_as_csv(rows):
        file.write(line)


def _bare_xlsx(folder: Path, rows: list[AnsweredCase]) -> None:
    """Write the same cells: all answers on one sheet, the low ones on another."""
    book = Workbook(str(folder / "bare.xlsx"), {"constant_memory": True})
    every, low, low_row = book.add_worksheet(), book.add_worksheet(), 0
    for row, case in enumerate(rows):
        cells = _bare_row(case)
        for column, cell in enumerate(cells):
            if cell not in (None, ""):
                every.write(row, column, cell)
        if min(case.ease or 0, case.satisfaction or 0) <= 2:
            for column, cell in enumerate(cells):
                if cell not in (None, ""):
                    low.write(low_row, column, cell)
            low_row += 1
    book.close()


if __name__ == "__main__":
    main()
