"""Email scanners that run a browser, and simulations with many links and people."""

import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from feedback_app.base import times
from feedback_app.database.migrate import migrate
from feedback_app.program import Program, open_program
from feedback_app.settings import read_settings
from tests.support.office import Office, a_case
from tests.support.people import simulate
from tests.support.scanners import run
from tests.support.server import environment, free_port, running

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PERSON = {"User-Agent": "Mozilla/5.0", "Accept-Language": "en-GB,en;q=0.9"}
SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; link check)"}
SCANNER_ADDRESS = "127.0.0.2"


def test_all_scanned_links_can_still_be_answered(tmp_path: Path) -> None:
    found = run(40, tmp_path)
    assert found == dict.fromkeys(found, 0)


def test_hardly_any_answer_of_a_person_has_a_flag(tmp_path: Path) -> None:
    found = simulate(1000, seed=1, folder=tmp_path)
    assert found.answered >= 990, "hardly anybody comes after the link has expired"
    assert found.flagged <= found.answered / 100, found.flags
    assert found.flagged, "the simulation has people in it whose answers look odd"


# Scanners that run a browser.


class Chromium:
    """An email that was delivered, and a headless browser that opens its links."""

    def __init__(self, program: Program, browser: Any, number: int) -> None:
        self.browser = browser
        self.office = Office(program, None)
        closed_at = self.office.now - timedelta(hours=1)
        address = f"contact{number}@customer.example"
        receipt = self.office.receive(
            a_case(str(number), closed_at=closed_at, contact_email=address)
        )
        self.office.deliver()
        assert receipt.invitation_id
        self.invitation_id = receipt.invitation_id
        mail = next(one for one in self.office.mails() if address in one["To"])
        html = mail.get_body(("html",)).get_content()
        links = re.findall(rf'href="({program.settings.public_url}/[fo]/[^"]+)"', html)
        self.links = [link.replace("&amp;", "&") for link in links]
        self.survey = self.links[0].partition("?")[0]

    def open(self, link: str, javascript: bool = True) -> Any:
        page = self.browser.new_context(java_script_enabled=javascript).new_page()
        page.goto(link)
        return page

    def click_first_button(self, page: Any) -> None:
        self._click(page, "button:not([name=lang]):visible")

    def switch_language(self, page: Any) -> None:
        self._click(page, "button[name=lang]:visible")

    def _click(self, page: Any, button: str) -> None:
        with page.expect_navigation():
            page.locator(button).first.click()

    @property
    def stored(self) -> list[tuple[int, int]]:
        answers = self.office.answers(self.invitation_id)
        return [(one.ease, one.satisfaction) for one in answers]

    def answer(self, ease: str, satisfaction: str) -> Any:
        """Answer as a person does; return the page that follows."""
        page = self.open(f"{self.survey}?ease={ease}", javascript=False)
        page.check(f"#satisfaction-{satisfaction}")
        page.wait_for_timeout(2500)
        with page.expect_navigation():
            page.click("#send")
        return page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program of a running server, which is a separate process with the real time."""
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    env = environment(folder, port)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        program = open_program(read_settings())
    migrate(program.database, times.now())
    serve = [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(port)]
    with running(serve, port, env):
        yield program
    program.database.close()


@pytest.fixture
def chromium(browser: Any, served: Program) -> Iterator[Chromium]:
    number = len(served.database.ask("SELECT id FROM cases")) + 1
    yield Chromium(served, browser, number)
    for context in browser.contexts:
        context.close()


def test_a_scanner_that_runs_scripts_and_waits_stores_nothing(
    chromium: Chromium,
) -> None:
    before = chromium.office.everything()
    assert len(chromium.links) == 6, "five ratings and the objection"
    pages = [chromium.open(link) for link in chromium.links]
    pages[0].wait_for_timeout(3_000)
    for page in pages:
        page.mouse.wheel(0, 4000)
        assert page.evaluate("document.scripts.length") == 0
        assert page.context.cookies() == []
    assert chromium.office.everything() == before
    assert chromium.answer("4", "5").title().startswith("Thank you")
    assert chromium.stored == [(4, 5)]


def test_a_scanner_that_clicks_the_first_button_stores_nothing(chromium: Chromium) -> None:
    before = chromium.office.everything()
    for link in (chromium.survey, *chromium.links):
        page = chromium.open(link)
        if "/f/" in link:
            chromium.switch_language(page)
            page = chromium.open(link)
        chromium.click_first_button(page)
        assert re.match(
            r"(Not stored|Nothing has changed) yet\.", page.locator("[role=alert]").inner_text()
        )
        chromium.click_first_button(page)
    assert chromium.office.everything() == before
    assert chromium.answer("4", "5").title().startswith("Thank you")
    assert chromium.stored == [(4, 5)]


def test_further_clicks_after_the_answer_change_nothing(chromium: Chromium) -> None:
    why = chromium.answer("1", "5")
    assert why.title().startswith("May we ask why?")
    scanner = chromium.open(why.url)
    chromium.click_first_button(scanner)
    before = chromium.office.everything()
    for link in (chromium.survey, *chromium.links):
        page = chromium.open(link)
        for _ in range(3):
            chromium.click_first_button(page)
    assert chromium.office.everything() == before
    assert chromium.stored == [(1, 5)]


def test_opting_out_still_works_after_scans(chromium: Chromium) -> None:
    objection = next(link for link in chromium.links if "/o/" in link)
    chromium.click_first_button(chromium.open(objection))
    assert chromium.office.rows("opt_outs") == []
    page = chromium.open(objection, javascript=False)
    page.check("input[name=wish]")
    chromium.click_first_button(page)
    assert "You will not receive any more surveys" in page.content()
    chromium.click_first_button(chromium.open(objection))
    assert len(chromium.office.rows("opt_outs")) == 1
