"""CSV files as people and programs write them."""

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_app.intake.csv.detect import detect_delimiter
from feedback_app.intake.csv.file import UNDECODABLE, CSVRow, opened
from feedback_app.intake.errors import CSVFileError

TEXT = "number;customer\n1;Müller\n"


def _write(folder: Path, content: str | bytes) -> Path:
    path = folder / "cases.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _rows(folder: Path, content: str | bytes, **how: str) -> list[CSVRow]:
    with opened(_write(folder, content), **how) as table:
        return list(table.rows())


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_detected(tmp_path: Path, encoding: str, found: str) -> None:
    with opened(_write(tmp_path, TEXT.encode(encoding))) as table:
        assert (table.encoding, table.delimiter) == (found, ";")
        assert table.columns == ("number", "customer")
        assert list(table.rows()) == [CSVRow(2, ("1", "Müller"))]


def test_big_endian_utf_16_is_detected_by_its_byte_order_mark(tmp_path: Path) -> None:
    content = b"\xfe\xff" + TEXT.encode("utf-16-be")
    assert _rows(tmp_path, content) == [CSVRow(2, ("1", "Müller"))]


def test_a_late_byte_that_is_not_utf_8_changes_the_detected_encoding(tmp_path: Path) -> None:
    content = b"number;customer\n" + b"1;plain\n" * 300_000 + "2;Müller\n".encode("cp1252")
    with opened(_write(tmp_path, content)) as table:
        assert table.encoding == "cp1252"
        assert list(table.rows())[-1].cells == ("2", "Müller")


def test_a_named_encoding_wins(tmp_path: Path) -> None:
    content = "number;customer\n1;Łódź\n".encode("cp1250")
    assert _rows(tmp_path, content, encoding="cp1250")[0].cells == ("1", "Łódź")


def test_the_byte_order_mark_is_not_part_of_the_first_column(tmp_path: Path) -> None:
    with opened(_write(tmp_path, '\ufeff"number";x\n1;2\n'), encoding="UTF8") as table:
        assert table.columns == ("number", "x")


def test_undecodable_bytes_are_replaced(tmp_path: Path) -> None:
    content = b"number,customer\n1,M\xfcller\n2,\x81\n"
    assert UNDECODABLE in _rows(tmp_path, content, encoding="utf-8")[0].cells[1]
    assert _rows(tmp_path, content)[1].cells == ("2", UNDECODABLE)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_detected_with_every_line_ending(
    tmp_path: Path, delimiter: str, line_end: str
) -> None:
    rows = [["number", "closed at", "note"], ["1", "2026", "a, b; c"], ["2", "2026", "x|y"]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    read = _rows(tmp_path, text.getvalue())
    assert [row.cells for row in read] == [tuple(row) for row in rows[1:]]
    assert [row.line for row in read] == [2, 3]


def test_commas_in_numbers_are_not_detected_as_delimiters() -> None:
    assert detect_delimiter("id;hours;rate\n1;1,5;2,25\n2;2,5;3,75\n") == ";"
    assert detect_delimiter("id,note\n1,a;b;c;d\n2,e;f;g;h\n") == ","


def test_one_column_is_a_table_too(tmp_path: Path) -> None:
    assert _rows(tmp_path, "number\n1\n2\n") == [CSVRow(2, ("1",)), CSVRow(3, ("2",))]


def test_a_named_delimiter_wins(tmp_path: Path) -> None:
    assert _rows(tmp_path, "a,b~c\n1,2~3\n", delimiter="~") == [CSVRow(2, ("1,2", "3"))]


def test_a_row_has_the_number_of_its_first_line(tmp_path: Path) -> None:
    content = 'number,note\n1,"three\nlines\nlong"\n\n2,x\n,\n3,y'
    assert [(row.line, row.cells[0]) for row in _rows(tmp_path, content)] == [
        (2, "1"),
        (6, "2"),
        (8, "3"),
    ]


def test_rows_with_missing_or_extra_cells_are_rejected(tmp_path: Path) -> None:
    short, extra, trailing = _rows(tmp_path, "a,b,c\n1,2\n1,2,3,4\n1,2,3,,\n")
    assert short == CSVRow(2, ("1", "2"), "has 2 cells, but the first row has 3")
    assert extra.error == "has 4 cells, but the first row has 3"
    assert trailing == CSVRow(4, ("1", "2", "3"))


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ('a,b\n0,x\n1,"open\n2,x\n3,y\n', 3, "a quote that starts here is not closed"),
        ('a,b\n1,"x"y\n2,"z"\n', 2, "check the quotes"),
    ],
)
def test_an_unclosed_quote_is_an_error_with_its_line(
    tmp_path: Path, content: str, line: int, reason: str
) -> None:
    with opened(_write(tmp_path, content)) as table:
        rows = table.rows()
        with pytest.raises(CSVFileError, match=rf"cases\.csv, line {line}: .*\({reason}"):
            list(rows)


def test_rows_before_an_unclosed_quote_are_read(tmp_path: Path) -> None:
    with opened(_write(tmp_path, 'a,b\n0,x\n1,"open\n2,x\n')) as table:
        assert next(table.rows()) == CSVRow(2, ("0", "x"))


def test_nul_bytes_are_read_as_characters(tmp_path: Path) -> None:
    assert _rows(tmp_path, "a,b\n1\x00,2\n")[0].cells == ("1\x00", "2")


def test_a_cell_of_a_megabyte_is_read(tmp_path: Path) -> None:
    assert len(_rows(tmp_path, f"a,b\n1,{'x' * 1_000_000}\n")[0].cells[1]) == 1_000_000


def test_a_cell_over_the_limit_is_an_error_with_its_line(tmp_path: Path) -> None:
    before = csv.field_size_limit(1000)
    try:
        with pytest.raises(CSVFileError, match="line 2: .*a cell has more than"):
            _rows(tmp_path, f"a,b\n1,{'x' * 2000}\n2,y\n")
    finally:
        csv.field_size_limit(before)


def test_a_large_file_is_read_in_little_memory(tmp_path: Path) -> None:
    path = _write(tmp_path, "number,note\n" + f"1,{'x' * 1000}\n" * 20_000)
    tracemalloc.start()
    try:
        with opened(path) as table:
            count = sum(1 for _ in table.rows())
            assert table.bytes_read == path.stat().st_size
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak < path.stat().st_size / 3


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"\xef\xbb\xbf", b",,\n1,2,3\n"[:3]])
def test_a_file_without_column_names_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CSVFileError, match=r"cases\.csv is empty: the first row"):
        _rows(tmp_path, content)


def test_a_file_that_cannot_be_decoded_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CSVFileError, match="cannot be read further"):
        _rows(tmp_path, "a,b\n1,ü\n", encoding="idna")


@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=3, max_size=3), min_size=1)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_files_written_by_python_are_read_back(tmp_path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    read = _rows(tmp_path, text.getvalue(), delimiter=",", encoding="utf-8")
    assert [list(row.cells) for row in read] == [row for row in rows if any(row)]
    assert not any(row.error for row in read)


@given(st.binary())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_rows_or_a_clear_error(tmp_path: Path, content: bytes) -> None:
    try:
        rows = _rows(tmp_path, content)
    except CSVFileError as error:
        assert str(error)
    else:
        assert all(row.error or any(row.cells) for row in rows)
        assert [row.line for row in rows] == sorted({row.line for row in rows})
