"""Publishing figures and notes in a real browser: without scripts, by keyboard, on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from published_results import read_folder
from tests.support.axe import COLOURS, axe_faults
from tests.support.office import Office, serving
from tests.support.published_office import a_period
from tests.support.team import PASSWORD, add_account

PHONE = {"width": 390, "height": 800}


@pytest.fixture
def address(sqlite_team_office: Office) -> Iterator[str]:
    office = sqlite_team_office
    a_period(office)
    add_account(office, "ada", "admin")
    with serving(office.program) as port:
        yield f"http://127.0.0.1:{port}"


def signed_in(browser: Any, address: str, **options: Any) -> Any:
    page = browser.new_context(**options).new_page()
    page.goto(f"{address}/review/sign-in?next=/review/publish")
    page.fill("#name", "ada")
    page.fill("#password", PASSWORD)
    page.click("main button")
    return page


def faults_in_both_schemes(page: Any) -> list[str]:
    found = axe_faults(page)
    page.emulate_media(color_scheme="dark")
    found += axe_faults(page, COLOURS)
    page.emulate_media(color_scheme="light")
    return found


def test_an_admin_publishes_with_the_keyboard_and_without_scripts(
    browser: Any, address: str, sqlite_team_office: Office
) -> None:
    page = signed_in(browser, address, java_script_enabled=False, locale="en-GB")
    page.focus("a[href='#publish']")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("Publish ")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("The figures are published: ")
    assert len(read_folder(sqlite_team_office.program.settings.results).results) == 1
    page.context.close()


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_are_accessible_and_fit_a_phone(
    browser: Any, address: str, language: str, sqlite_team_office: Office
) -> None:
    page = signed_in(browser, address, locale=language, viewport=PHONE)
    pages = [f"/review/publish?lang={language}", "/review/2026-W43/note"]
    for place in pages:
        page.goto(address + place)
        assert faults_in_both_schemes(page) == []
    page.fill("#text-en", "We answer on Saturdays now.")
    with page.expect_navigation():
        page.click("#note button")
    assert faults_in_both_schemes(page) == []
    with page.expect_navigation():
        page.click("button[value=publish]")
    assert faults_in_both_schemes(page) == []
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        for place in pages:
            page.goto(address + place)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()
