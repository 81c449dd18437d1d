"""Exports as programs write them: titles, totals, delimiters, encodings, workbooks."""

import csv
import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from feedback_app.base.times import to_text
from feedback_app.intake.csv import workbook
from feedback_app.intake.csv.file import opened
from feedback_app.intake.errors import CSVFileError
from tests.support.importing import Desk
from tests.support.office import NOW

COLUMNS = ("--map", "case_number=Case Number", "--map", "closed_at=Date Closed")
WANTED = {"Case Number", "Date Closed"}
TODAY = to_text(NOW - timedelta(hours=2))
CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=12)
TITLE = CELL.filter(lambda text: text.strip() and text not in WANTED and '"' not in text)


@given(
    titles=st.lists(TITLE, max_size=4),
    rows=st.lists(st.tuples(st.integers(1, 99_999), CELL), min_size=1, max_size=5),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    is_quoted=st.booleans(),
    has_sep_line=st.booleans(),
)
@example([], [(1, "")], ";", "utf-8", "\r\n", False, True)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_table_is_found_below_titles_in_any_encoding(
    tmp_path: Path,
    titles: list[str],
    rows: list[tuple[int, str]],
    delimiter: str,
    encoding: str,
    line_end: str,
    is_quoted: bool,
    has_sep_line: bool,
) -> None:
    text = io.StringIO(newline="")
    if has_sep_line:
        text.write(f"sep={delimiter}{line_end}")
    quoting = csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([title] for title in titles)
    writer.writerow(["Case Number", "Date Closed", "Note"])
    table_rows = [(f"{number:05}", TODAY, note) for number, note in rows]
    writer.writerows(table_rows)
    path = tmp_path / "export.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    with opened(path, wanted=WANTED) as table:
        assert table.columns == ("Case Number", "Date Closed", "Note")
        assert table.header_line == 1 + len(titles) + has_sep_line
        assert [row.cells for row in table.rows()] == table_rows


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_detected(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes("Case Number;Date Closed\n0001;Müller\n".encode(encoding))
    with opened(path) as table:
        assert table.columns == ("Case Number", "Date Closed")
        assert [row.cells for row in table.rows()] == [("0001", "Müller")]


def test_titles_and_totals_do_not_make_a_weekly_run_fail(desk: Desk) -> None:
    content = (
        "Cases closed last week\nAs of 11/30/2026\n\n"
        f"Case Number,Date Closed,Hours\n00001026,{TODAY},1\n00001027,{TODAY},2\n\n"
        '"Grand Totals (2 records)"\nTotal,,3\nCount,2,\n'
        '11/30/2026,,\n"Confidential - do not distribute"\n'
    )
    result = desk.invite(content, *COLUMNS)
    assert result.exit_code == 0
    assert desk.numbers() == ["00001026", "00001027"]
    assert "the table begins at line 4" in result.stdout
    below = " ".join(result.stdout.split())
    assert "below the table, from line 8, not imported: Grand Totals (2 records); Total;" in below
    assert "2 rows read: 2 new" in result.stdout


@pytest.mark.parametrize("row", ["00001028,", "00001028", "SUP-9,,5", "1 028,"])
def test_a_case_without_a_closing_time_is_rejected_and_not_taken_for_a_total(
    desk: Desk, row: str
) -> None:
    result = desk.invite(f"Case Number,Date Closed,Hours\n1,{TODAY},1\n{row}\n", *COLUMNS)
    assert result.exit_code == 1
    assert "1 rejected" in result.stdout
    assert "below the table" not in result.stdout


def test_a_wrong_column_name_is_answered_with_the_columns_below_the_titles(desk: Desk) -> None:
    rows = "".join(f"{number},{TODAY}\n" for number in range(1, 6))
    content = f"Cases closed last week\nAs of 11/30/2026\n\nTicket,Closed\n{rows}"
    result = desk.invite(content, *COLUMNS)
    assert result.exit_code == 2
    assert "the columns are Ticket, Closed" in " ".join(result.stderr.split())


def test_a_total_between_rows_is_rejected(desk: Desk) -> None:
    content = f"Case Number,Date Closed\n1,{TODAY}\nSubtotal,\n2,{TODAY}\n"
    result = desk.invite(content, *COLUMNS)
    assert result.exit_code == 1
    assert "line 3: closed_at: is empty" in result.stdout
    assert desk.numbers() == ["1", "2"]


def test_one_of_several_columns_with_the_same_name_is_chosen(desk: Desk) -> None:
    content = f"Status,Case Number,Date Closed,Status\nOpen,1,{TODAY},Closed\n"
    refused = desk.invite(content, *COLUMNS, "--where", "Status=Closed")
    assert "choose Status[1] or Status[2]" in " ".join(refused.stderr.split())
    for choice in ("Status[2]", "#4"):
        result = desk.invite(content, *COLUMNS, "--where", f"{choice}=Closed", "--dry-run")
        assert "1 new closed cases" in result.stdout


def _workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Empty")
        sheet = book.add_worksheet("Cases")
        date = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, ["Cases closed last week"])
        sheet.write_row(2, 0, ["Case Number", "Date Closed", "Contact"])
        sheet.write_row(3, 0, ["00042", TODAY, "Kim <kim@customer.example>"])
        sheet.write_number(4, 0, 43)
        sheet.write_datetime(4, 1, datetime(2026, 11, 24, 10, 30), date)
        sheet.write_row(5, 0, ["Grand total", "", 2])
    return path


def test_a_workbook_is_imported_like_a_csv_file(desk: Desk) -> None:
    path = _workbook(desk.folder / "cases.xlsx")
    result = desk.invite(path, *COLUMNS, "--map", "contact_email=Contact")
    assert result.exit_code == 0, result.output
    assert "cases.xlsx: sheet Cases\nthe table begins at line 3" in result.stdout
    cases = {row["case_number"]: row for row in desk.office.rows("cases")}
    assert set(cases) == {"00042", "43"}
    assert cases["00042"]["contact_email"] == "kim@customer.example"
    assert cases["43"]["closed_at"] == "2026-11-24T09:30:00Z"
    assert desk.invite(path, *COLUMNS, "--sheet", "Other").exit_code == 2
    assert "it has Empty, Cases" in desk.invite(path, *COLUMNS, "--sheet", "Other").stderr


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_damaged_or_old_workbook_is_refused_with_the_way_out(desk: Desk, start: bytes) -> None:
    result = desk.invite(desk.write(start + bytes(500), "cases.xls"), *COLUMNS)
    assert result.exit_code == 2
    assert "Save it as .xlsx or as CSV UTF-8" in result.stderr


def test_a_workbook_that_would_need_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "a")
        sheet.write_string(1_048_575, 16_383, "far away")
    assert path.stat().st_size < 100_000
    with pytest.raises(CSVFileError, match="too large.*Save the sheet as CSV"), opened(path):
        pass


def test_a_workbook_with_too_much_content_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _workbook(tmp_path / "cases.xlsx")
    monkeypatch.setattr(workbook, "MAX_BYTES", 2000)
    with pytest.raises(CSVFileError, match="too large"), opened(path):
        pass


def test_a_workbook_that_names_a_wrong_size_is_refused(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "cases.xlsx")
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet2.xml").file_size
    content = path.read_bytes()
    path.write_bytes(content.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(CSVFileError, match="damaged"), opened(path):
        pass
