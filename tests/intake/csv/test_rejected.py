"""Rejected rows can be fixed and re-imported, are safe in a spreadsheet and can be erased."""

import csv
from pathlib import Path

import pytest

from feedback_app.intake.csv.file import UNDECODABLE, CSVRow, opened
from feedback_app.intake.csv.rejected import (
    Rejected,
    RejectedRows,
    as_imported,
    rejected_path,
)
from feedback_app.intake.errors import CSVFileError, FieldError
from feedback_app.store import rejected_files
from tests.support.office import NOW, Office

COLUMNS = ("number", "mail")


def _rejected(*cells: str, line: int = 7) -> Rejected:
    return Rejected(CSVRow(line, cells), (FieldError("closed_at", "is empty"),))


def _rows(office: Office, path: Path) -> RejectedRows:
    return RejectedRows(office.program.database, path, COLUMNS, NOW)


def _read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_the_file_is_next_to_the_imported_file() -> None:
    assert rejected_path(Path("/x/cases.csv")) == Path("/x/cases.rejected.csv")
    assert rejected_path(Path("/x/cases.CSV")) == Path("/x/cases.rejected.csv")
    assert rejected_path(Path("/x/cases.txt")) == Path("/x/cases.txt.rejected.csv")
    assert rejected_path(Path("/x/cases.rejected.csv")) == Path("/x/cases.rejected.rejected.csv")


def test_rejected_rows_keep_their_cells_and_get_line_and_reason(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "cases.rejected.csv"
    rows = _rows(office, path)
    rows.add([_rejected("007", "=cmd()"), _rejected("8", line=9)])
    rows.add([_rejected("9", "a", "b", "c"), _rejected("10", f"M{UNDECODABLE}ller")])
    rows.finish()
    reason = "closed_at: is empty"
    assert _read(path) == [
        ["number", "mail", "line", "reason"],
        ["007", "'=cmd()", "7", reason],
        ["8", "", "9", reason],
        ["9", "a b c", "7", reason],
        ["10", "M\ufffdller", "7", reason],
    ]
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_of_rejected_rows_is_read_without_guards_and_extra_columns(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "cases.rejected.csv"
    rows = _rows(office, path)
    rows.add([_rejected("-5", "'=x")])
    rows.finish()
    with opened(path) as table:
        columns, again = as_imported(path, table)
        assert columns == COLUMNS
        assert [row.cells for row in again] == [("-5", "'=x")]


def test_an_ordinary_file_is_read_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("number,line,reason\n'-5,1,x\n")
    with opened(path) as table:
        columns, rows = as_imported(path, table)
        assert columns == ("number", "line", "reason")
        assert [row.cells for row in rows] == [("'-5", "1", "x")]


def test_the_path_is_stored_before_the_file_exists(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "gone" / "cases.rejected.csv"
    with pytest.raises(CSVFileError, match=r"cases\.rejected\.csv cannot be written"):
        _rows(office, path).add([_rejected("1", "2")])
    assert rejected_files.all_paths(office.program.database) == [path]


def test_without_rejected_rows_no_file_is_written(office: Office, tmp_path: Path) -> None:
    rows = _rows(office, tmp_path / "cases.rejected.csv")
    rows.add([])
    rows.finish()
    assert list(tmp_path.glob("*.csv")) == []
    assert rejected_files.all_paths(office.program.database) == []


def test_a_run_without_rejected_rows_removes_the_earlier_file(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "cases.rejected.csv"
    first = _rows(office, path)
    first.add([_rejected("1", "2")])
    first.finish()
    _rows(office, path).finish()
    assert not path.exists()
    assert rejected_files.all_paths(office.program.database) == []


def test_a_file_that_no_import_wrote_is_never_changed(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "cases.rejected.csv"
    path.write_text("my own notes")
    with pytest.raises(CSVFileError, match="was not written by an import. Move it"):
        _rows(office, path)
    assert path.read_text() == "my own notes"


def test_erasure_covers_long_and_unusual_rejected_rows(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "cases.rejected.csv"
    rows = _rows(office, path)
    rows.add([_rejected("1", "a@customer.example"), _rejected("2\n", "x" * 1_000_000)])
    rows.finish()
    _, removed = office.erase(email="A@customer.example")
    assert removed.count == 1
    assert [row[0] for row in _read(path)[1:]] == ["2\n"]
