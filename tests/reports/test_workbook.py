"""The workbook of an export: its figures agree with its rows, and user input stays text."""

import re
import sqlite3
import zipfile
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from statistics import mean
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from feedback_app.base.times import from_text
from feedback_app.base.weeks import weeks_back
from feedback_app.records import AnsweredCase
from feedback_app.reports.csv_export import COLUMNS
from feedback_app.reports.exports import FORMATS, Export
from feedback_app.reports.overview import Overview
from feedback_app.reports.xlsx_answers import headings
from feedback_app.reports.xlsx_book import Book
from feedback_app.reports.xlsx_export import write_workbook
from tests.support.answered import FACTS, WEEK, an_answer
from tests.support.history import NOW, House, Size, open_house
from tests.support.workbooks import MAIN, opened, overview_for

# In this history, every case was sent a survey, and what was read was read within 7 days.
CLOSED = """SELECT closed_week, answers.invitation_id IS NOT NULL FROM cases
    JOIN invitations ON case_ref = cases.id LEFT JOIN answers ON invitation_id = invitations.id
    WHERE handed_over_at IS NOT NULL AND bounced_at IS NULL"""
READ = """SELECT answered_week, read_at <= datetime(answered_at, '+7 days') FROM answers
    JOIN progress ON progress.invitation_id = answers.invitation_id WHERE read_at IS NOT NULL"""
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
hostile = st.sampled_from(
    [
        '=HYPERLINK("http://x.example","x")',
        "https://x.example",
        "mailto:x@x.example",
        "#REF!",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "_x0041_",
        "\ufffe\x0b",
    ]
)


def written(path: Path, cases: list[AnsweredCase], overview: Overview | None = None) -> Path:
    assert write_workbook(path, cases, overview or overview_for(cases), FACTS, "en") == len(cases)
    return path


@given(st.lists(st.tuples(anything | hostile, anything | hostile), max_size=8))
@settings(max_examples=25)
def test_any_user_input_stays_text_in_a_workbook(
    tmp_path_factory: pytest.TempPathFactory, typed: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("xlsx") / "export.xlsx"
    marks = {"wording_version": 3, "themes": ("tone", "waiting"), "care": "threat"}
    cases = [
        an_answer(2, 5, comment, customer=customer, case_url=customer, **marks)
        for comment, customer in typed
    ]
    sheets = opened(written(path, cases))
    assert list(sheets) == ["Summary", "Answers", "Low answers", "Weeks", "Definitions"]
    for sheet in ("Answers", "Low answers"):
        heads, *cells = sheets[sheet]
        rows = [dict(zip(heads, row, strict=False)) for row in cells]
        for (comment, customer), row in zip(typed, rows, strict=True):
            assert row["Version of the questions"] == "3"
            assert (row["Themes"], row["Handle with care"]) == ("tone, waiting", "threat")
            for given_text, heading in ((comment, "Comment"), (customer, "Customer")):
                kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", "", given_text)
                cell = row.get(heading, "")
                assert cell == kept.replace("\r", "\n") or "\r" in given_text
    with zipfile.ZipFile(path) as file:
        assert "xl/worksheets/_rels/sheet2.xml.rels" not in file.namelist(), "no links"
        types = {
            cell.get("t")
            for cell in ElementTree.fromstring(file.read("xl/worksheets/sheet2.xml")).iter(
                f"{MAIN}c"
            )
        }
    assert types <= {None, "inlineStr"}, "no cell is an error, a formula or a boolean"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return open_house(tmp_path_factory.mktemp("history") / "house", Size(2000, 2000), 40)


def exported(house: House, path: Path, first: str, language: str = "en") -> CalamineWorkbook:
    export = Export(
        database=house.program.database,
        facts=house.program.facts,
        first=first,
        last=WEEK,
        language=language,
        now=NOW,
    )
    path.write_bytes(b"".join(FORMATS["xlsx"].write(export)))
    opened(path)
    return CalamineWorkbook.from_path(str(path))


@pytest.mark.parametrize("first", [WEEK, "2026-W44", "2026-W15"])
def test_every_figure_of_a_workbook_agrees_with_the_stored_answers(
    house: House, tmp_path: Path, first: str
) -> None:
    book = exported(house, tmp_path / "export.xlsx", first)
    found = stored_scores(house)
    summary = book.get_sheet_by_name("Summary").to_python()
    by_name = {row[0]: row for row in summary}
    inside = [scores for week, *scores in found if first <= week <= WEEK]
    assert len(inside) == len(book.get_sheet_by_name("Answers").to_python()) - 1
    low = [scores for scores in inside if min(scores) <= 2]
    assert len(low) == len(book.get_sheet_by_name("Low answers").to_python()) - 1
    for place, short in enumerate(("CES", "CSS")):
        scores = [one[place] for one in inside]
        best = sum(one >= 4 for one in scores)
        shown = by_name[short]
        assert shown[2:4] == [best, len(scores)]
        share = pytest.approx(best / len(scores))
        assert shown[1] == (share if len(scores) >= 30 else f"{mean(scores):.1f}")
        table = next(row for row in summary if str(row[0]).startswith(f"{short}: Customer"))
        assert table[1:7] == [*(Counter(scores)[point] for point in range(1, 6)), len(scores)]
        assert table[7] == pytest.approx(mean(scores))
    closed = [answers for week, answers in stored(house, CLOSED) if first <= week <= WEEK]
    assert by_name["Response rate"][2:4] == [sum(closed), len(closed)]
    read_at = [read for week, read in stored(house, READ) if first <= week <= WEEK]
    assert by_name["Read in time"][2:4] == [sum(read_at), len(inside)]


def test_the_weeks_of_a_workbook_agree_with_the_stored_answers(
    house: House, tmp_path: Path
) -> None:
    book = exported(house, tmp_path / "export.xlsx", "2026-W15")
    heads, *rows = book.get_sheet_by_name("Weeks").to_python()
    assert [row[0] for row in rows] == weeks_back(WEEK, len(rows))
    assert rows[0][0] == "2026-W15"
    found = stored_scores(house)
    for row in rows:
        assert row[1].isocalendar()[:3] == (2026, int(str(row[0])[-2:]), 1)
        scores = [ease for week, ease, _ in found if week == row[0]]
        points = [row[heads.index(f"CES: {point}")] for point in range(1, 6)]
        assert points == [scores.count(point) for point in range(1, 6)]
        assert row[heads.index("Answers")] == len(scores)
        assert row[heads.index("CES: Mean")] == (pytest.approx(mean(scores)) if scores else "")
    over = next(head for head in heads if head.startswith("CES: 4 or 5"))
    span = int((re.findall(r"over (\d+) weeks", over) or ["1"])[0])
    for row in rows[-26:]:
        weeks = weeks_back(str(row[0]), span)
        scores = [ease for week, ease, _ in found if week in weeks]
        share = sum(one >= 4 for one in scores) / len(scores) if len(scores) >= 30 else ""
        assert row[heads.index(over)] == (share if share == "" else pytest.approx(share))


def stored_scores(house: House) -> list[tuple[str, int, int]]:
    """Return week, ease and satisfaction of each answer, read from the database file."""
    return stored(house, "SELECT answered_week, ease, satisfaction FROM answers")


def stored(house: House, sql: str) -> list[Any]:
    path = house.program.settings.database.get_secret_value().removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.execute(sql))


@pytest.mark.parametrize("language", ["en", "de"])
def test_times_in_a_workbook_are_dates_in_the_time_zone_of_the_team(
    tmp_path: Path, language: str
) -> None:
    winter, summer = from_text("2026-11-18T23:30:00Z"), from_text("2026-07-01T22:30:00Z")
    cases = [an_answer(4, 5, answered_at=winter, closed_at=summer)]
    path = tmp_path / "export.xlsx"
    write_workbook(path, cases, overview_for(cases), FACTS, language)
    heads, row = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(1).to_python()
    at = {head: cell for head, cell in zip(heads, row, strict=True) if "Europe/Berlin" in str(head)}
    assert list(at.values()) == [datetime(2026, 11, 19, 0, 30), datetime(2026, 7, 2, 0, 30)]
    with zipfile.ZipFile(path) as file:
        styles = file.read("xl/styles.xml").decode()
    assert ("dd.mm.yyyy hh:mm" if language == "de" else "d mmm yyyy hh:mm") in styles


def test_sheets_have_headings_that_stay_visible_a_filter_and_widths(tmp_path: Path) -> None:
    path = written(tmp_path / "export.xlsx", [an_answer(1, 2, "Slow")] * 3)
    book = Book.at(tmp_path / "other.xlsx", FACTS, "en")
    assert set(headings(book)) == set(COLUMNS), "the sheet has what the CSV file has"
    names = list(opened(path))
    with zipfile.ZipFile(path) as file:
        for number, rows in ((2, 4), (3, 4), (4, 27)):
            sheet = ElementTree.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))
            (pane,) = sheet.iter(f"{MAIN}pane")
            assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "1")
            (filtered,) = sheet.iter(f"{MAIN}autoFilter")
            assert re.fullmatch(rf"A1:[A-Z]+{rows}", filtered.get("ref", ""))
            wide = [one for one in sheet.iter(f"{MAIN}col") if float(one.get("width", 0)) > 8]
            columns = sum(int(one.get("max", 0)) - int(one.get("min", 0)) + 1 for one in wide)
            assert columns == len(opened(path)[names[number - 1]][0])
        summary = ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    (setup,) = summary.iter(f"{MAIN}pageSetup")
    assert (setup.get("orientation"), setup.get("paperSize")) == ("landscape", "9")


def test_the_summary_has_a_chart_of_26_weeks_if_there_are_enough_answers(
    house: House, tmp_path: Path
) -> None:
    path = tmp_path / "export.xlsx"
    exported(house, path, WEEK, "de")
    with zipfile.ZipFile(path) as file:
        chart = file.read("xl/charts/chart1.xml").decode()
    ranges = re.findall(r"<c:f>([^<]+)</c:f>", chart)
    assert ranges == [
        "Wochen!$B$2:$B$27",
        "Wochen!$J$2:$J$27",
        "Wochen!$B$2:$B$27",
        "Wochen!$Q$2:$Q$27",
    ]
    few = written(tmp_path / "few.xlsx", [an_answer(1, 2)])
    with zipfile.ZipFile(few) as file:
        assert not [name for name in file.namelist() if "chart" in name]
    assert ["Too few answers for a chart."] in opened(few)["Summary"]


def test_definitions_explain_the_figures_of_the_workbook_and_no_others(tmp_path: Path) -> None:
    sheets = opened(written(tmp_path / "export.xlsx", [an_answer(1, 2)]))
    shown = [row[0] for row in sheets["Summary"] if len(row) > 3 and row[0] != "Figure"][:5]
    rows = sheets["Definitions"][1:]
    assert [row[0] for row in rows[:2]] == shown[:2] == ["CES", "CSS"]
    names = ["Response rate", "First response time", "Read in time"]
    assert [row[1] for row in rows[2:]] == names
    assert "within 7 days" in rows[-1][2]


def test_the_summary_names_what_its_figures_do_not_count(tmp_path: Path) -> None:
    plain = overview_for([an_answer(5, 5)])
    older = replace(plain, annulled=1, totals=replace(plain.totals, answers=3, of_sample=1))
    for overview, notes in (
        (plain, []),
        (
            older,
            [
                "Some of these cases are samples: do not read the figures below as results.",
                "1 annulled answer is not counted.",
                "2 answers to older wordings of the questions are counted separately.",
            ],
        ),
    ):
        summary = opened(written(tmp_path / "export.xlsx", [an_answer(5, 5)], overview))["Summary"]
        texts = [row[0] for row in summary if len(row) == 1]
        assert texts[:3] == [
            f"{FACTS.organisation.name}: Weekly review",
            "16–22 Nov 2026 (2026-W47)",
            "As of 24 November 2026, 13:00 CET.",
        ]
        assert texts[3 : texts.index("Compared with the weeks before")] == notes
