"""Exports of a week in every format: user input stays text, and memory use stays low."""

import csv
import io
import json
import re
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.base.times import now
from feedback_app.records import AnsweredCase
from feedback_app.reports.csv_export import COLUMNS
from feedback_app.reports.exports import FORMATS, Export
from feedback_app.reports.json_export import export_as_json
from feedback_app.reports.xlsx_export import write_workbook
from tests.support.answered import FACTS, WEEK, an_answer
from tests.support.office import Office
from tests.support.team import Somebody, answered

AS_OF = "2026-11-24T12:00:00Z"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Sheets = dict[str, list[list[str]]]


def opened(path: Path) -> Sheets:
    """Return the cells of every sheet, and fail where a cell is a formula or the file is broken."""
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        parts = {name: ElementTree.fromstring(file.read(name)) for name in file.namelist()}
    names = [one.get("name", "") for one in parts["xl/workbook.xml"].iter(f"{MAIN}sheet")]
    sheets: Sheets = {}
    for number, name in enumerate(names, 1):
        sheet = parts[f"xl/worksheets/sheet{number}.xml"]
        assert not list(sheet.iter(f"{MAIN}f"))
        sheets[name] = [_row(row) for row in sheet.iter(f"{MAIN}row")]
    return sheets


def _row(row: ElementTree.Element) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{MAIN}c"):
        column = _column(re.sub(r"\d", "", cell.get("r", "")))
        cells += [""] * (column - len(cells))
        text = "".join(one.text or "" for one in cell.iter() if one.tag in (f"{MAIN}t", f"{MAIN}v"))
        # This file format writes characters it cannot hold, and its own sign for them, as _xHHHH_.
        cells.append(re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text))
    return cells


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
hostile = st.sampled_from(
    ['=HYPERLINK("http://x.example","x")', "+1", "-1", "@SUM(A1)", "\t=1", "_x0041_", "\ufffe\x0b"]
)


@given(st.lists(st.tuples(anything | hostile, anything | hostile), max_size=8))
@settings(max_examples=25)
def test_a_workbook_opens_with_any_user_input(
    tmp_path_factory: pytest.TempPathFactory, typed: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("xlsx") / "export.xlsx"
    cases = [
        an_answer(
            2,
            5,
            comment,
            customer=customer,
            wording_version=3,
            themes=("tone", "waiting"),
            care="threat",
        )
        for comment, customer in typed
    ]
    assert write_workbook(path, cases, [WEEK], FACTS, "en", [f"as of {AS_OF}"]) == len(cases)
    sheets = opened(path)
    assert list(sheets) == ["Summary", "Answers", "Low answers", "Definitions"]
    for sheet in ("Answers", "Low answers"):
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in sheets[sheet][1:]]
        for (comment, customer), row in zip(typed, rows, strict=True):
            assert (row["wording_version"], row["themes"]) == ("3", "tone waiting")
            for given_text, cell in ((comment, row["comment"]), (customer, row["customer"])):
                kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", "", given_text)
                assert cell == kept.replace("\r", "\n") or "\r" in given_text


def test_the_sums_of_a_workbook_agree_with_its_rows(tmp_path: Path) -> None:
    scores = [(5, 4, "2026-W46"), (1, 2, "2026-W46"), (3, 3, "2026-W47"), (5, 5, "2026-W47")]
    cases = [an_answer(e, s, answered_week=week) for e, s, week in scores]
    path = tmp_path / "export.xlsx"
    write_workbook(path, cases, ["2026-W46", "2026-W47"], FACTS, "de", [f"as of {AS_OF}"])
    sheets = opened(path)
    head, *rows = sheets["Summary"][1:]
    assert head[:8] == ["week", "answers", "CES 1", "CES 2", "CES 3", "CES 4", "CES 5", "CES mean"]
    assert [row[:2] for row in rows] == [
        ["Total", "4"],
        ["2026-W46", "2"],
        ["2026-W47", "2"],
    ]
    for row, week in zip(rows, (None, "2026-W46", "2026-W47"), strict=True):
        inside = [one for one in scores if week in (None, one[2])]
        ease = Counter(one[0] for one in inside)
        assert row[2:7] == [str(ease[point]) for point in (1, 2, 3, 4, 5)]
        assert float(row[7]) == pytest.approx(sum(one[0] for one in inside) / len(inside))
    assert [row[0] for row in sheets["Low answers"][1:]] == ["00012345"]
    definitions = sheets["Definitions"][1:]
    assert [row[0] for row in definitions] == [metric.short for metric in FACTS.metrics]
    assert definitions[0][2] == FACTS.metrics[0].definition["de"]


def test_the_sums_of_a_workbook_never_pool_wordings(tmp_path: Path) -> None:
    current = FACTS.survey.wording_version
    cases = [an_answer(1, 1, wording_version=current + 1), an_answer(5, 5, wording_version=current)]
    path = tmp_path / "export.xlsx"
    assert write_workbook(path, cases, [WEEK], FACTS, "en", [f"as of {AS_OF}"]) == 2
    summary = opened(path)["Summary"]
    assert summary[1][0] == "answers to older wordings, not counted here: 1"
    assert summary[3][:2] == ["Total", "1"]


def test_the_sums_of_a_workbook_name_sample_answers(tmp_path: Path) -> None:
    path = tmp_path / "export.xlsx"
    for source, said in (("sample", ["sample answers: 1"]), ("ours", [])):
        cases = [an_answer(1, 1, source=source), an_answer(5, 5)]
        assert write_workbook(path, cases, [WEEK], FACTS, "en", [f"as of {AS_OF}"]) == 2
        assert opened(path)["Summary"][0][3:] == said


@given(st.lists(anything, max_size=10))
def test_json_is_one_object_with_its_format(comments: list[str]) -> None:
    cases = [an_answer(1, 2, comment) for comment in comments]
    text = "".join(
        export_as_json(cases, {"first_week": WEEK, "last_week": WEEK, "as_of": AS_OF}, FACTS)
    )
    read = json.loads(text)
    assert (read["format"], read["first_week"]) == ("feedback-answers-1", WEEK)
    assert [one["comment"] for one in read["answers"]] == comments
    assert {one["short"] for one in read["definitions"]} == {m.short for m in FACTS.metrics}


def _many(count: int) -> Iterator[AnsweredCase]:
    for number in range(count):
        yield an_answer(number % 5 + 1, 4, f"Comment number {number}", case_number=str(number))


@pytest.mark.parametrize("form", ["xlsx", "json"])
def test_memory_does_not_grow_with_the_number_of_answers(tmp_path: Path, form: str) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        if form == "xlsx":
            path = tmp_path / "export.xlsx"
            write_workbook(path, _many(count), [WEEK], FACTS, "en", [f"as of {AS_OF}"])
        else:
            for _ in export_as_json(_many(count), {}, FACTS):
                pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    # Single peaks differ by up to 50% with the moments at which Python collects garbage.
    assert min(peak(4000), peak(4000)) < 2 * max(peak(400), peak(400))


@pytest.fixture
def lena(team_office: Office) -> Somebody:
    lena = Somebody(team_office, "lead", "lena")
    answered(team_office, "0001", 1, 2, comment="=1+1 <b>Slow</b>")
    team_office.wait(days=7)
    lena.sign_in("lena")
    answered(team_office, "0002", 5, 5, comment="Fine")
    return lena


def taken(lena: Somebody, form: str, first: str = "2026-W48", last: str = "2026-W49") -> bytes:
    answer = lena.post("/review/exports", first=first, last=last, form=form)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f'.{form}"')
    assert answer.content_type == FORMATS[form].media_type
    return bytes(answer.data)


def test_every_format_has_the_answers_of_its_weeks(lena: Somebody, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(taken(lena, "csv").decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["case_number", "0001", "0002"]
    read = json.loads(taken(lena, "json"))
    assert [one["case_number"] for one in read["answers"]] == ["0001", "0002"]
    path = tmp_path / "export.xlsx"
    path.write_bytes(taken(lena, "xlsx"))
    assert [row[0] for row in opened(path)["Answers"]] == ["case_number", "0001", "0002"]
    text = taken(lena, "md").decode()
    assert text.index("# Weekly review 2026-W48") < text.index("# Weekly review 2026-W49")
    page = taken(lena, "html").decode()
    assert "Case 0001" in page
    assert "=1+1 <b>Slow</b>" in unescape(page)
    assert "<b>Slow" not in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"(?!https?://)", page), "the file needs no other file"
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    one_week = taken(lena, "json", last="2026-W48")
    assert [one["case_number"] for one in json.loads(one_week)["answers"]] == ["0001"]


def test_exports_are_logged_and_shown_to_admins(lena: Somebody) -> None:
    taken(lena, "csv")
    taken(lena, "xlsx", last="2026-W48")
    subjects = [
        (row["lead_name"], row["action"], row["subject"])
        for row in lena.office.rows("lead_actions")
    ]
    assert sorted(subjects) == [
        ("lena", "export", "2026-W48 xlsx"),
        ("lena", "export", "2026-W48..2026-W49 csv"),
    ]
    record = Somebody(lena.office, "admin").get("/review/audit-log").text
    assert "2026-W48..2026-W49 csv" in record
    assert "lena" in record


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-W49", "2026-W48", "the earlier one first"),
        ("yesterday", "today", "for example 2026-W47"),
        ("2001-W01", "2026-W48", "At most 522 weeks"),
    ],
)
def test_an_invalid_range_is_explained(lena: Somebody, first: str, last: str, said: str) -> None:
    refused = lena.post("/review/exports", first=first, last=last, form="csv")
    assert refused.status_code == 422
    assert said in refused.text
    assert lena.office.rows("lead_actions") == []
    assert lena.post("/review/exports", first=first, last=last, form="exe").status_code == 400


@pytest.mark.parametrize("form", list(FORMATS))
def test_weeks_without_answers_can_be_exported(office: Office, form: str) -> None:
    export = Export(
        database=office.program.database,
        facts=FACTS,
        first="2026-W01",
        last="2026-W02",
        language="de",
        now=now(),
    )
    assert b"".join(FORMATS[form].write(export))
