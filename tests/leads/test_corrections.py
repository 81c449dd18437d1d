"""Leads correct kind and team of a case, and notes; every refusal gives a reason."""

import re
from typing import Any

import pytest
from flask import abort

from feedback_app.store import answer_status, decisions, leads
from feedback_app.store.week_totals import scores
from tests.support.office import Office, a_case
from tests.support.team import Somebody, answered, redact, words

WEEK = "2026-W48"


@pytest.fixture
def lena(team_office: Office) -> Somebody:
    return Somebody(team_office, "lead", "lena")


def audited(office: Office) -> list[tuple[str | None, str, str | None]]:
    found = leads.actions(office.program.database, 50)
    return [(one.lead, one.action, one.subject) for one in found]


def notes(office: Office, invitation_id: str) -> list[tuple[str, str]]:
    """Return id and text of the notes about an answer."""
    status = answer_status.of_answer(office.program.database, invitation_id)
    assert status
    return [(note.id, note.text) for note in status.notes]


class TestKindAndTeam:
    """A lead corrects the kind or the team of a case."""

    def test_all_figures_count_the_corrected_case(self, lena: Somebody) -> None:
        one = answered(lena.office, "0001", 1, 1, case_kind="software", team="North")
        place = f"/review/cases/{one}"
        assert f'href="{place}#correct"' in lena.get(f"/review/answers/{one}").text
        assert 'value="software" selected' in lena.get(place).text
        done = lena.post(f"{place}/correct", kind="infrastructure", team="South")
        assert done.location == f"{place}?corrected=y"
        assert "All figures count the case like this" in lena.get(done.location).text
        (case,) = lena.office.rows("cases")
        assert (case["case_kind"], case["team"]) == ("infrastructure", "South")
        database, weeks, now = lena.office.program.database, (WEEK, WEEK), lena.office.now
        counted = scores(database, weeks, 1, now)
        assert (counted["case_kind"], counted["team"]) == (["infrastructure"], ["South"])
        change = "0001: software, North → infrastructure, South"
        assert audited(lena.office) == [("lena", "case corrected", change)]

    def test_the_same_values_again_are_not_an_entry_of_the_audit_log(self, lena: Somebody) -> None:
        one = answered(lena.office, "0001", case_kind="software")
        lena.post(f"/review/cases/{one}/correct", kind="software", team="")
        assert audited(lena.office) == []

    def test_two_leads_who_correct_kind_and_team_at_the_same_time_lose_nothing(
        self, lena: Somebody
    ) -> None:
        one = answered(lena.office, "0001", case_kind="software", team="North")
        place = f"/review/cases/{one}"
        seen = dict(re.findall(r'name="(was_\w+)" value="([^"]*)"', lena.get(place).text))
        assert seen == {"was_kind": "software", "was_team": "North"}
        otto = Somebody(lena.office, "lead", "otto")
        lena.post(f"{place}/correct", **seen, kind="security", team="North")
        otto.post(f"{place}/correct", **seen, kind="software", team="South")
        (case,) = lena.office.rows("cases")
        assert (case["case_kind"], case["team"]) == ("security", "South")

    def test_a_later_delivery_of_the_case_does_not_undo_it(self, lena: Somebody) -> None:
        one = answered(lena.office, "0001", case_kind="software", team="North")
        lena.post(f"/review/cases/{one}/correct", kind="security", team="South")
        (before,) = lena.office.rows("cases")
        lena.office.receive(a_case("0001", case_kind="software", team="North"))
        after = next(row for row in lena.office.rows("cases") if row["id"] == before["id"])
        assert (after["case_kind"], after["team"]) == ("security", "South")

    def test_a_kind_that_the_facts_no_longer_list_stays_when_the_team_is_corrected(
        self, lena: Somebody
    ) -> None:
        one = answered(lena.office, "0001", case_kind="retired", team="North")
        page = lena.get(f"/review/cases/{one}").text
        assert "<option selected>retired</option>" in page
        place = f"/review/cases/{one}/correct"
        lena.post(place, kind="retired", was_kind="retired", was_team="North", team="South")
        (case,) = lena.office.rows("cases")
        assert (case["case_kind"], case["team"]) == ("retired", "South")

    def test_an_unknown_kind_changes_nothing(self, lena: Somebody) -> None:
        one = answered(lena.office, "0001", case_kind="software")
        refused = lena.post(f"/review/cases/{one}/correct", kind="weather", team="North")
        assert refused.status_code == 400
        assert "This cannot be saved" in refused.text
        (case,) = lena.office.rows("cases")
        assert (case["case_kind"], case["team"]) == ("software", None)

    def test_readers_cannot_correct_a_case(self, lena: Somebody) -> None:
        one = answered(lena.office, "0001")
        rita = Somebody(lena.office, "reader")
        assert rita.post(f"/review/cases/{one}/correct", kind="other").status_code == 403
        assert "Correct kind or team" not in rita.get(f"/review/answers/{one}").text


class TestNotes:
    """Notes can be changed and deleted."""

    @pytest.fixture
    def one(self, lena: Somebody) -> str:
        invitation_id = answered(lena.office, "0001", comment="Slow.")
        lena.post(f"/review/answers/{invitation_id}/note", text="Call\nAnna", revision="1")
        return invitation_id

    def change(self, who: Somebody, one: str, note_id: str, **fields: Any) -> Any:
        return who.post(f"/review/answers/{one}/notes/{note_id}", **fields)

    def test_a_lead_changes_a_note(self, lena: Somebody, one: str) -> None:
        ((note_id, text),) = notes(lena.office, one)
        assert f"/notes/{note_id}" in lena.get(f"/review/answers/{one}").text
        back = f"/review/{WEEK}/answers"
        # A browser sends line breaks as CR LF.
        fields = {"text": "Call Bert", "was": text.replace("\n", "\r\n"), "back": back}
        done = self.change(lena, one, note_id, **fields)
        assert done.location == back
        assert notes(lena.office, one) == [(note_id, "Call Bert")]
        assert {action for _, action, _ in audited(lena.office)} == {"note", "note changed"}

    @pytest.mark.parametrize("typed", ["Call\nAnna", ""])
    def test_a_lead_deletes_a_note_also_after_emptying_its_field(
        self, lena: Somebody, one: str, typed: str
    ) -> None:
        ((note_id, text),) = notes(lena.office, one)
        self.change(lena, one, note_id, text=typed, was=text, delete="y")
        assert notes(lena.office, one) == []
        assert ("lena", "note deleted", "0001") in audited(lena.office)
        again = self.change(lena, one, note_id, text=text, was=text, delete="y")
        assert again.status_code == 303, "it is deleted already"

    @pytest.mark.parametrize("delete", [{}, {"delete": "y"}])
    def test_a_change_of_a_colleague_is_not_lost(
        self, lena: Somebody, one: str, delete: dict[str, str]
    ) -> None:
        ((note_id, text),) = notes(lena.office, one)
        self.change(lena, one, note_id, text="Their words", was=text)
        refused = self.change(lena, one, note_id, text="My words", was=text, **delete)
        assert refused.status_code == 409
        assert "A colleague changed this note" in refused.text
        assert "Their words" in refused.text
        assert "My words" in refused.text
        assert notes(lena.office, one) == [(note_id, "Their words")]

    def test_readers_see_notes_but_cannot_change_them(self, lena: Somebody, one: str) -> None:
        ((note_id, text),) = notes(lena.office, one)
        rita = Somebody(lena.office, "reader")
        assert "Anna" in rita.get(f"/review/answers/{one}").text
        assert f"/notes/{note_id}" not in rita.get(f"/review/answers/{one}").text
        assert self.change(rita, one, note_id, text="x", was=text).status_code == 403

    def test_a_redaction_reaches_the_changed_note(self, lena: Somebody, one: str) -> None:
        ((note_id, text),) = notes(lena.office, one)
        self.change(lena, one, note_id, text="Anna Meier called", was=text)
        redact(lena, one, "Anna Meier")
        assert "Meier" not in str(lena.office.rows("notes"))

    def test_a_note_of_another_answer_is_not_found(self, lena: Somebody, one: str) -> None:
        ((note_id, text),) = notes(lena.office, one)
        other = answered(lena.office, "0002")
        assert self.change(lena, other, note_id, text="x", was=text).status_code == 404
        assert notes(lena.office, one) == [(note_id, text)]


class TestReasons:
    """No refusal is without a reason."""

    def test_a_wrong_date_is_named(self, lena: Somebody) -> None:
        one = answered(lena.office, "0001", 1, 1, comment="Slow", contact_welcome=True)
        place = f"/review/follow-ups/{one}/plan"
        refused = lena.post(place, number="1", seen="", owner="Kim", due_on="31.12.2026")
        assert refused.status_code == 400
        assert "Due: enter a date, for example 2026-12-01." in words(refused)
        assert "Kim" in refused.text

    def test_a_missing_outcome_is_named(self, lena: Somebody) -> None:
        one = answered(lena.office, "0001", 1, 1, comment="Slow", contact_welcome=True)
        place = f"/review/follow-ups/{one}/close"
        refused = lena.post(place, number="1", revision="1", remark="Called")
        assert "Outcome: choose one of the outcomes." in words(refused)
        assert "Called" in refused.text

    @pytest.mark.parametrize(
        ("status", "reason"),
        [
            (400, "no longer matches what is stored"),
            (405, "only accepts forms"),
            (413, "larger than 64 KiB"),
            (418, "HTTP status 418"),
            (500, "An error occurred on the server"),
            (503, "The server is busy"),
        ],
    )
    def test_every_status_has_its_own_reason(
        self, lena: Somebody, monkeypatch: pytest.MonkeyPatch, status: int, reason: str
    ) -> None:
        monkeypatch.setattr(decisions, "still_open", lambda *_, **__: abort(status))
        shown = lena.get("/review/decisions")
        assert shown.status_code == status
        assert reason in words(shown)
