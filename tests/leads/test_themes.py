"""Themes: leads mark answers with the operator's labels, and see how often each one occurs."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from feedback_app.reports.csv_export import BYTE_ORDER_MARK
from support_facts import FACTS_FILE, FactsError, load_facts
from tests.support.office import Office
from tests.support.team import Somebody, answered

WEEK = "2026-W48"


@pytest.fixture
def lena(team_office: Office) -> Somebody:
    return Somebody(team_office.with_themes("waiting", "tone"), "lead", "lena")


def _mark(lead: Somebody, invitation_id: str, theme: str, **fields: str) -> int:
    place = f"/review/answers/{invitation_id}/theme"
    return int(lead.post(place, revision="1", theme=theme, **fields).status_code)


def _themes(lead: Somebody) -> list[str]:
    return [row["themes"] for row in lead.office.rows("answer_marks")]


def test_without_themes_nothing_is_shown(team_office: Office) -> None:
    lena = Somebody(team_office, "lead", "lena")
    one = answered(team_office, "0001", comment="Slow")
    for place in (f"answers/{one}", WEEK, f"{WEEK}/answers", "unread", f"{WEEK}/minutes"):
        assert "Theme" not in lena.get(f"/review/{place}").text
    assert _mark(lena, one, "waiting") == 400
    assert "No themes are set up" in lena.get(f"/review/{WEEK}/themes").text


def test_an_answer_has_several_themes_which_can_be_removed(lena: Somebody) -> None:
    one = answered(lena.office, "0001", comment="Slow")
    for theme in ("waiting", "tone", "waiting"):
        assert _mark(lena, one, theme) == 303
    assert _themes(lena) == ["tone waiting"]
    page = lena.get(f"/review/answers/{one}").text
    assert len(re.findall('aria-pressed="true"', page)) == 2
    for _ in range(2):
        assert _mark(lena, one, "tone", remove="y") == 303
    assert _themes(lena) == ["waiting"]


def test_two_leads_who_mark_the_same_answer_lose_nothing(lena: Somebody) -> None:
    one = answered(lena.office, "0001", comment="Slow")
    other = Somebody(lena.office, "lead", "otto")
    _mark(lena, one, "waiting")
    _mark(other, one, "tone")
    assert _themes(lena) == ["tone waiting"]


def test_only_themes_of_the_facts_are_stored_and_only_by_leads(lena: Somebody) -> None:
    one = answered(lena.office, "0001")
    for wrong in ("", "unknown", "waiting tone", "<b>"):
        assert _mark(lena, one, wrong) == 400
    assert _mark(Somebody(lena.office, "reader"), one, "waiting") == 403
    assert _mark(lena, "nothing", "waiting") == 404
    assert _themes(lena) == []


def test_themes_are_counted_by_week_and_lead_to_their_answers(lena: Somebody) -> None:
    early = answered(lena.office, "0001", comment="Slow")
    lena.office.wait(days=7)
    late = [answered(lena.office, number, comment="Slow") for number in ("0002", "0003")]
    lena.sign_in("lena")
    for one in (early, *late):
        _mark(lena, one, "waiting")
    _mark(lena, late[0], "tone")
    page = lena.get("/review/2026-W49/themes").text
    assert "23–29 Nov 2026: 1 answer" in page
    assert re.search("30 Nov.–.6 Dec 2026: 2 answers", page)
    shown = lena.get("/review/2026-W49/answers?weeks=13&theme=waiting").text
    assert all(number in shown for number in ("0001", "0002", "0003"))
    shown = lena.get("/review/2026-W49/answers?weeks=13&theme=tone").text
    assert "0002" in shown
    assert "0003" not in shown
    # A wildcard of LIKE is an ordinary character.
    assert "0002" not in lena.get("/review/2026-W49/answers?theme=t_ne").text


def test_themes_are_in_exports_and_minutes(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 1, comment="Slow")
    _mark(lena, one, "waiting")
    _mark(lena, one, "tone")
    lena.post(f"/review/{WEEK}/meeting/end", answer=f"{one}:1")

    def export(form: str) -> str:
        fields = {"first": WEEK, "last": WEEK, "form": form}
        return str(lena.post("/review/exports", **fields).text)

    (row,) = csv.DictReader(io.StringIO(export("csv").removeprefix(BYTE_ORDER_MARK)))
    assert row["themes"] == "tone waiting"
    (answer,) = json.loads(export("json"))["answers"]
    assert answer["themes"] == ["tone", "waiting"]
    for text in (
        export("md"),
        export("html"),
        lena.get(f"/review/{WEEK}/minutes").text,
        lena.post(f"/review/{WEEK}/minutes.md").text,
    ):
        assert re.search(r"Themes:\W+tone,\s+waiting", text)


def test_a_deleted_theme_is_still_counted_and_can_be_removed(lena: Somebody) -> None:
    one = answered(lena.office, "0001", comment="Slow")
    _mark(lena, one, "waiting")
    later = Somebody(lena.office.with_themes("tone"))
    later.sign_in("lena")
    assert "waiting" in later.get(f"/review/{WEEK}/themes").text
    assert _mark(later, one, "waiting", remove="y") == 303


def test_there_are_up_to_twelve_themes(tmp_path: Path) -> None:
    path, text = tmp_path / "support.toml", FACTS_FILE.read_text(encoding="utf-8")
    for number in range(1, 14):
        text += f'\n[themes.no_{number}]\nname.en = "No. {number}"\nname.de = "Nr. {number}"\n'
        path.write_text(text, encoding="utf-8")
        if number == 12:
            assert len(load_facts(path).themes) == 12
    with pytest.raises(FactsError, match="themes is .*write at most 12 entries"):
        load_facts(path)
