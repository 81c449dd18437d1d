"""The slide of a week: its figures, and that it prints as one page in A4 landscape."""

import re
from pathlib import Path
from typing import Any

import pytest

from feedback_app.store import answer_marks
from tests.support.axe import axe_faults
from tests.support.history import House, Size, open_house
from tests.support.office import Office
from tests.support.team import Somebody, answered, words

STYLE = Path(__file__).parents[2] / "feedback_app" / "leads" / "static" / "leads.css"
EMPTY, SMALL, BIG = "2026-W02", "2026-W47", "2026-W46"
THEMES = ("waiting", "tone", "a-theme-with-quite-a-long-name", "docs", "price", "access", "other")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Return a history of 180 answers a week, 8 in the last one, with clear changes and themes."""
    house = open_house(tmp_path_factory.mktemp("slide") / "house", Size(180 * 40, 180 * 40), 40)
    database = house.program.database
    with database.write() as tx:
        for week in (SMALL, BIG):
            rows = tx.ask("SELECT invitation_id FROM answers WHERE answered_week = :w", w=week)
            for number, row in enumerate(rows):
                for theme in THEMES[: number % len(THEMES) + 1]:
                    answer_marks.set_theme(tx, row["invitation_id"], theme, True)
    return house


def slide(house: House, week: str, language: str) -> str:
    """Return the page with its style sheet in it."""
    text: str = house.client.get(f"/review/{week}/slide?lang={language}").text
    link = re.search(r'<link rel="stylesheet"[^>]+>', text)
    assert link
    return text.replace(link[0], f"<style>{STYLE.read_text(encoding='utf-8')}</style>")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("week", [EMPTY, SMALL, BIG])
def test_the_slide_of_any_week_prints_as_one_page_in_a4_landscape(
    house: House, browser: Any, week: str, language: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_content(slide(house, week, language))
    assert axe_faults(page) == []
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
    assert box
    assert (round(float(box[1])), round(float(box[2]))) == (842, 595)


def test_the_slide_shows_the_figures_of_the_week_page_and_the_most_frequent_themes(
    house: House,
) -> None:
    week, shown = (house.client.get(f"/review/{BIG}{path}?lang=en") for path in ("", "/slide"))
    assert "180" in words(shown)
    for tile in ("tile__value", "verdict", "score-card__figures"):
        found = re.findall(rf'class="{tile}[^>]*>(.*?)</p>', shown.text, re.DOTALL)
        texts = [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in found]
        assert texts
        assert all(text in words(week) for text in texts)
    bars = re.findall(r'class="bars__name">\s*([^<]+?)</span>', shown.text)
    assert bars == list(THEMES[:5])


def test_the_slide_has_no_text_of_a_customer(sqlite_team_office: Office) -> None:
    answered(sqlite_team_office, "0001", 1, 2, comment="Very slow <b>indeed</b>")
    reader = Somebody(sqlite_team_office, "reader")
    page = reader.get("/review/2026-W48/slide")
    assert page.status_code == 200
    assert "indeed" not in page.text
    assert "1 with a comment" in words(page)
