"""Rows are read the same by the fast path and the thorough one."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.intake.closed_case import CaseReader
from feedback_app.intake.csv.file import CSVRow
from feedback_app.intake.csv.row_reader import ReadRow, RowReader
from feedback_app.intake.dates import DateReader
from feedback_app.intake.errors import InvalidCaseError
from feedback_app.intake.mapping_file import CaseMapping
from feedback_app.records import ClosedCase
from tests.support.office import NOW

COLUMNS = ("number", "closed", "opened", "mail", "kind", "seconds", "language")
READER = CaseReader(
    case_kinds=("software",),
    closure_reasons=("other",),
    dates=DateReader(ZoneInfo("Europe/Berlin"), ["%d/%m/%Y %H:%M"]),
    now=NOW,
)
MAPPING = CaseMapping(
    columns={
        "case_number": "number",
        "closed_at": "closed",
        "opened_at": "opened",
        "contact_email": "mail",
        "case_kind": "kind",
        "resolution_seconds": "seconds",
        "language": "language",
    },
    constants={"duration_clock": "calendar"},
    missing=("?",),
    words={"case_kind": {"Bug": "software"}},
).for_columns(COLUMNS, "csv")
DATE = st.sampled_from(
    [
        "24/11/2026 10:00",
        "25/10/2026 02:30",
        "29/03/2026 02:30",
        "2026-11-20T10:00Z",
        "soon",
        "?",
        "",
    ]
)
CELLS = st.tuples(
    st.sampled_from(["1", "0042", "52 267", "42.0", "2.0E+15", " 7 ", "a\x00", "\ufffd", "", "?"])
    | st.text(max_size=5),
    DATE,
    DATE,
    st.sampled_from(["a@b.example", "K <k@b.example>", "-", "a@b", "ä@b.example", ""]),
    st.sampled_from(["bug", "software", "Other", ""]),
    st.sampled_from(["60", "-1", ""]),
    st.sampled_from(["DE", "de_AT", "?", "German!"]),
)


def _read(reader: RowReader, row: CSVRow, is_thorough: bool) -> ClosedCase | str:
    try:
        found = reader._thorough(row.cells) if is_thorough else reader.read(row)
    except InvalidCaseError as error:
        return str(error)
    assert found is not None
    return found.case if isinstance(found, ReadRow) else found


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_a_usual_row_is_read_as_the_thorough_path_reads_it(rows: list[tuple[str, ...]]) -> None:
    reader = RowReader(MAPPING, READER, COLUMNS)
    for line, cells in enumerate(rows, start=2):
        row = CSVRow(line, cells)
        assert _read(reader, row, False) == _read(reader, row, True)


def test_cases_of_the_fast_path_cannot_be_changed_and_have_every_field() -> None:
    reader = RowReader(MAPPING, READER, COLUMNS)
    cells = ("1", "24/11/2026 10:00", "", "a@b.example", "bug", "60", "de")
    case = reader.read(CSVRow(2, cells))
    assert isinstance(case, ClosedCase)
    assert replace(case) == case
    assert case.team is None
    assert case.closure_key == ""
