"""One person's data is shown, exported and erased, and opt-outs are managed, by admins."""

import json
from pathlib import Path
from typing import Any

import pytest

from feedback_app.commands.contacts import opt_out, person_command
from feedback_app.database.lifetimes import PERSONAL_DATA
from feedback_app.jobs.person import as_lines, person
from feedback_app.jobs.retention import end_lifetimes
from feedback_app.store import opt_outs, rejected_files
from tests.support.office import Customer, Office, a_case
from tests.support.some import some
from tests.support.team import Somebody, answered

ADDRESS = "kim@xn--mller-kva.example"
SPELLINGS = ("Kim@müller.example", " KIM@XN--MLLER-KVA.EXAMPLE ", "kim@MÜLLER.example")
HOSTILE = "<script>alert(1)</script> kim@müller.example"


@pytest.fixture
def ada(team_office: Office) -> Somebody:
    return Somebody(team_office, "admin", "ada")


def a_person(office: Office) -> str:
    """Store something about ADDRESS in every table that can hold it; return the invitation's id."""
    one = answered(
        office, "C-0001", 1, 1, contact_email=ADDRESS, comment=HOSTILE, contact_welcome=True
    )
    lena = Somebody(office, "lead", "lena")
    lena.post(f"/review/answers/{one}/note", text=f"Call {ADDRESS}", revision="1")
    lena.post(
        f"/review/follow-ups/{one}/close",
        number="1",
        revision="1",
        outcome="contacted",
        remark="They were kind.",
    )
    office.receive(a_case("C-0002", contact_email=ADDRESS.upper(), closed_at=office.now))
    answered(office, "OTHER-1", contact_email="else@customer.example", comment=f"Ask {ADDRESS}")
    return one


def test_characters_that_no_table_can_store_are_removed_from_an_address(ada: Somebody) -> None:
    a_person(ada.office)
    page = ada.post("/review/people/data", address=f"{ADDRESS}\x00")
    assert page.status_code == 200
    assert "C-0001" in page.text


def texts_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(texts_in, value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*map(texts_in, value)) if value else set()
    return {str(value)}


@pytest.mark.parametrize("typed", SPELLINGS)
def test_everything_stored_about_an_address_is_found_in_any_spelling(
    team_office: Office, typed: str
) -> None:
    office = team_office
    a_person(office)
    data = person(office.program, typed, office.now).data
    assert [one["case_number"] for one in data["cases"]] == ["C-0001", "C-0002"]
    shown = texts_in(data)
    ids = {row["invitation_id"] for case in data["cases"] for row in case.get("outbox", [])}
    for table, columns in some(PERSONAL_DATA.items()):
        for row in office.rows(table):
            if row.get("invitation_id") in ids or row.get("contact_email", "") in SPELLINGS:
                for column in columns.columns:
                    assert str(row[column]) in shown, (table, column)
    assert data["other_cases_whose_comment_mentions_the_address"] == ["OTHER-1"]
    assert {entry["action"] for entry in data["audit_log"]} == {"note", "follow-up closed"}
    assert "Ask kim" not in json.dumps(data), "texts of other customers are not shown"


def test_every_table_with_a_key_of_the_case_belongs_to_the_data(team_office: Office) -> None:
    office = team_office
    a_person(office)
    (first, _) = person(office.program, ADDRESS, office.now).data["cases"]
    tables = {
        table
        for table, columns in office.program.database.columns().items()
        if {"invitation_id", "case_ref"} & columns and office.rows(table)
    }
    assert tables | {"cases"} <= set(first) | {"week_scores", "decisions"}


def test_the_page_shows_the_data_as_text_and_records_no_address(ada: Somebody) -> None:
    office = ada.office
    a_person(office)
    assert 'href="/review/people"' in ada.get("/review/audit-log").text
    page = ada.post("/review/people/data", address=SPELLINGS[0])
    assert page.status_code == 200
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<dt>Contact email</dt>" in page.text, "columns are shown as labels"
    assert "<script>alert" not in page.text
    for form, kind in (("json", "application/json"), ("html", "text/html; charset=utf-8")):
        file = ada.post(f"/review/people/data.{form}", address=ADDRESS)
        assert file.headers["Content-Type"] == kind
        assert file.headers["Content-Disposition"] == f'attachment; filename="person.{form}"'
        assert "C-0001" in file.text
        assert "<script>alert" not in file.text or form == "json"
    record = office.rows("lead_actions")
    assert [row["action"] for row in record][-3:] == [
        "personal data shown",
        "personal data exported",
        "personal data exported",
    ]
    assert record[-1]["subject"] == "tests C-0001, tests C-0002"
    assert not any("@" in str(row["subject"]) for row in record)
    assert ada.post("/review/people/data.exe", address=ADDRESS).status_code == 404
    wrong = ada.post("/review/people/data", address="<b>nobody")
    assert (wrong.status_code, "&lt;b&gt;nobody" in wrong.text) == (422, True)


def test_an_admin_erases_a_person_after_ticking_the_box(ada: Somebody) -> None:
    office = ada.office
    one = a_person(office)
    before = office.everything()
    refused = ada.post("/review/people/erase", address=ADDRESS)
    assert (refused.status_code, "Tick the box first" in refused.text) == (422, True)
    assert office.everything() == before
    done = ada.post("/review/people/erase", address=SPELLINGS[0], confirm="y")
    assert "The personal data of 2 cases was erased. Scores were kept." in done.text
    assert office.answers(one)[0].comment == ""
    assert office.answers(one)[0].ease == 1
    assert office.rows("lead_actions")[-1]["lead_name"] == "ada"
    again = ada.post("/review/people/data", address=ADDRESS)
    assert "C-0001" not in again.text
    assert "OTHER-1" in again.text, "a comment of somebody else still mentions the address"
    assert "1 answer with a comment can" not in again.text


def test_the_rows_that_were_rejected_are_shown_with_their_file(
    office: Office, tmp_path: Path
) -> None:
    rejected = tmp_path / "old_cases-rejected.csv"
    rejected.write_text(f"case_number,contact_email,line,reason\nC-1,{ADDRESS},2,no date\n")
    with office.program.database.write() as tx:
        rejected_files.add(tx, rejected, office.now)
    (one,) = person(office.program, ADDRESS, office.now).data["rejected_rows"]
    assert one["file"] == str(rejected)
    assert one["rows"][0]["contact_email"] == ADDRESS


def test_only_admins_see_people(team_office: Office) -> None:
    lena = Somebody(team_office, "lead", "lena")
    assert lena.get("/review/people").status_code == 403
    for step in ("data", "data.json", "erase", "opt-out", "opt-in"):
        refused = lena.post(f"/review/people/{step}", address=ADDRESS, confirm="y")
        assert refused.status_code == 403, step


def test_an_admin_opts_an_address_out_by_phone_and_in_again(ada: Somebody) -> None:
    office = ada.office
    office.invite("C-0001", contact_email=ADDRESS)
    assert "Nobody has opted out." in ada.get("/review/people").text
    done = ada.post("/review/people/opt-out", address=SPELLINGS[0])
    ada.post("/review/people/opt-out", address="stranger@customer.example")
    page = ada.get(done.location).text
    assert "This address gets no more surveys." in page
    assert ADDRESS in page
    assert "no longer stored" in page
    assert office.receive(a_case("C-0002", contact_email=ADDRESS)).withheld_because == "opt_out"
    assert "2026-11-24" in office.run(opt_out, "--list").stdout
    assert ada.post("/review/people/opt-in", address=SPELLINGS[1]).status_code == 303
    assert not opt_outs.is_opted_out(office.program.database, ADDRESS)
    assert ada.post("/review/people/elsewhere", address=ADDRESS).status_code == 404
    record = [(row["action"], row["subject"]) for row in office.rows("lead_actions")]
    assert record == [
        ("opted out", "tests C-0001"),
        ("opted out", "no stored case"),
        ("opted in again", "tests C-0001, tests C-0002"),
    ]


def test_an_address_past_its_retention_still_finds_what_has_a_comment(office: Office) -> None:
    answered(office, "C-0001", contact_email=ADDRESS, comment="Words")
    answered(office, "C-0002", contact_email=ADDRESS)
    answered(office, "C-0003", contact_email=None, comment="Other words")
    office.wait(days=office.program.facts.period("contact").days + 1)
    end_lifetimes(office.program, office.now)
    data = person(office.program, ADDRESS, office.now).data
    assert [one["case_number"] for one in data["cases"]] == ["C-0001"]
    assert data["answers_that_no_address_finds"] == 1


def test_the_command_prints_text_or_json_and_writes_to_the_audit_log(office: Office) -> None:
    one = office.invite("C-0001", contact_email=ADDRESS)
    Customer(office, one).send(ease="4", satisfaction="4", comment="Word \x1b[31m red")
    text = office.run(person_command, SPELLINGS[0])
    assert text.exit_code == 0, text.output
    assert "case number: C-0001" in text.stdout
    assert "\x1b" not in text.stdout
    found = json.loads(office.run(person_command, ADDRESS, "--json").stdout)
    assert found["format"] == "feedback-person-1"
    assert len(office.rows("lead_actions")) == 2
    nothing = office.run(person_command, "nobody@customer.example")
    assert "Nothing is stored about this address." in nothing.stderr
    assert office.run(person_command, "nobody").exit_code == 2


def test_lines_of_text_name_every_value() -> None:
    value = {"a_b": 1, "empty": [], "rows": [{"x": "1"}, {"x": "2"}]}
    assert list(as_lines(value)) == ["a b: 1", "rows 1", "  x: 1", "rows 2", "  x: 2"]
