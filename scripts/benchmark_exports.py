"""What exports cost beside bare loops of the same libraries, and the memory they take."""

import csv
import io
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

from beside import compare, say
from history import NOW, House, open_house
from xlsxwriter import Workbook

from feedback_app.clock import to_text
from feedback_app.records import AnsweredCase
from feedback_app.reports.csv import week_as_csv
from feedback_app.reports.exports import export
from feedback_app.reports.xlsx import write_workbook
from feedback_app.store import answered_cases
from feedback_app.weeks import weeks_back

ANSWERS, YEARS, ROUNDS = 10_000, 104, 5


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        house = open_house(folder / "house", ANSWERS, YEARS)
        _exports(folder, house)
        _memory(house)


def _exports(folder: Path, house: House) -> None:
    """Set the exports beside bare loops over the same rows."""
    weeks, facts, path = _weeks(), house.wiring.facts, folder / "ours.xlsx"
    read = answered_cases.answered_between(house.wiring.database, weeks[0], weeks[-1], NOW)
    rows = list(read)
    say(f"exports of {len(rows):,} answers; CPU, median of {ROUNDS} rounds")
    compare("guarded CSV / bare csv loop", lambda: _bare_csv(rows), lambda: _our_csv(rows), ROUNDS)

    def ours() -> None:
        write_workbook(path, rows, weeks, facts, "en", to_text(NOW))

    compare("workbook / bare XlsxWriter loop", lambda: _bare_xlsx(folder, rows), ours, ROUNDS)


def _memory(house: House) -> None:
    """Name the most memory that an export takes, for few and for ten times as many answers."""
    weeks = _weeks()
    for form in ("csv", "json", "xlsx"):
        peaks = []
        for first in (weeks[-11], weeks[0]):
            tracemalloc.start()
            pieces = export(
                house.wiring.database, house.wiring.facts, first, weeks[-1], form, "en", NOW
            )
            size = sum(len(piece) for piece in pieces)
            peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
            tracemalloc.stop()
        held = " then ".join(f"{peak:.1f}" for peak in peaks)
        say(f"  {form:5}{size / 2**20:6.1f} MiB written, {held} MiB held")


def _weeks() -> list[str]:
    return weeks_back("2026-W47", YEARS + 1)


def _bare_row(case: AnsweredCase) -> list[Any]:
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
