"""Exports of a week in every format: user input stays text, and memory use stays low."""

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.times import now
from feedback_app.records import AnsweredCase
from feedback_app.reports.exports import FORMATS, Export
from feedback_app.reports.json_export import export_as_json
from feedback_app.reports.xlsx_export import write_workbook
from tests.support.answered import FACTS, WEEK, an_answer
from tests.support.office import Office
from tests.support.team import Somebody, answered
from tests.support.workbooks import opened, overview_for

AS_OF = "2026-11-24T12:00:00Z"
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


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
            write_workbook(path, _many(count), overview_for([]), FACTS, "en")
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
    assert [row[1] for row in opened(path)["Answers"]] == ["Case", "0001", "0002"]
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


def test_the_separator_fits_the_language_of_the_lead_unless_the_lead_chooses_one(
    lena: Somebody,
) -> None:
    def head(**fields: str) -> str:
        week = {"first": "2026-W48", "last": "2026-W48", "form": "csv"}
        file = lena.post("/review/exports", **week, **fields).data.decode("utf-8-sig")
        return str(file.splitlines()[0][:22])

    assert head() == "case_number,case_kind,"
    assert head(separator="tab") == "case_number\tcase_kind\t"
    page = lena.get("/review/exports?lang=de").text
    assert re.findall(r'<option value="(\w+)" selected>', page) == ["semicolon"]
    assert head() == "case_number;case_kind;"
    assert head(separator="comma") == "case_number,case_kind,"
    assert lena.post("/review/exports", form="csv", separator="|").status_code == 400


def test_a_refused_export_keeps_what_was_chosen(lena: Somebody) -> None:
    page = lena.post("/review/exports", first="x", last="y", form="json", separator="tab").text
    assert re.findall(r'value="(\w+)" required checked>', page) == ["json"]
    assert re.findall(r'<option value="(\w+)" selected>', page) == ["tab"]


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
