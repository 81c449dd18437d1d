"""Every page a customer meets, as a real browser shows it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string
from email.policy import default
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from feedback_app import sample
from feedback_app.base import times
from feedback_app.database.migrate import migrate
from feedback_app.program import open_program
from support_facts import load_facts
from tests.support.axe import COLOURS, EMAIL_RULES, EVERY_RULE, axe_faults
from tests.support.closure_parts import closure_text
from tests.support.office import Office, a_case, serving
from tests.support.some import some
from tests.support.survey_pages import (
    LANGUAGES,
    every_page,
    settings_in,
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    """Every page in every language."""
    return every_page(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def shown(browser: Any) -> Iterator[Any]:
    """Show a page of `pages` in a fresh window of the size and scheme that the test names."""
    contexts = []

    def show(page: Any, width: int = 320, scheme: str = "light", height: int = 640) -> Any:
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=scheme)
        contexts.append(context)
        window = context.new_page()
        window.set_content(page.text)
        return window

    yield show
    for context in contexts:
        context.close()


def test_axe_finds_no_fault_on_any_page(pages: Any, shown: Any) -> None:
    found = {}
    for (name, language), page in some(pages.items()):
        if language == "en" and page.status_code != 303:
            window = shown(page)
            found[name] = axe_faults(window, EVERY_RULE)
            window.close()
    assert found == dict.fromkeys(found, [])


def test_axe_finds_no_fault_in_the_dark_colours_of_any_element(pages: Any, shown: Any) -> None:
    found, seen, look = {}, set[tuple[str, str]](), r'<(\w+)|\s(?:class|role|aria-\w+)="([^"]*)"'
    for (name, language), page in some(pages.items()):
        elements = set(re.findall(look, page.text))
        if language == "de" and page.status_code != 303 and not elements <= seen:
            seen |= elements
            window = shown(page, scheme="dark")
            found[name] = axe_faults(window, COLOURS)
            window.close()
    assert len(found) > 5
    assert found == dict.fromkeys(found, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overflows_at_320_pixels_or_with_letters_of_twice_the_size(
    pages: Any, shown: Any, language: str
) -> None:
    for (name, shown_in), page in some(pages.items()):
        if shown_in != language or page.status_code == 303:
            continue
        window = shown(page)
        assert window.evaluate(WIDER) == [], f"{name} at 320 pixels"
        # 200 % zoom of a window of 640 pixels is 320 pixels; letters alone are harder.
        window.set_viewport_size({"width": 640, "height": 800})
        window.add_style_tag(content="html{font-size:200%}")
        assert window.evaluate(WIDER) == [], f"{name} with large letters"
        window.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_closure_email_is_accessible_in_both_colour_schemes(shown: Any, scheme: str) -> None:
    for language in LANGUAGES:
        case = a_case(language=language)
        mail = message_from_string(closure_text(case), policy=default)
        window = shown(SimpleNamespace(text=mail.get_body(("html",)).get_content()), scheme=scheme)
        assert axe_faults(window, EMAIL_RULES) == []
        assert window.evaluate(WIDER) == []
        window.close()


WIDER = """() => [...document.querySelectorAll("body *")].filter(
    one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
).map(one => one.outerHTML.slice(0, 80))"""


def test_dark_follows_the_system(pages: Any, shown: Any) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        window = shown(pages["form", "en"], scheme=scheme)
        colours[scheme] = window.evaluate("getComputedStyle(document.body).backgroundColor")
        window.close()
    assert colours == {"light": "rgb(251, 250, 246)", "dark": "rgb(15, 26, 30)"}


def test_screen_readers_get_question_number_and_label_of_every_point(
    pages: Any, shown: Any
) -> None:
    window = shown(pages["form", "en"])
    for question in load_facts().questions:
        group = window.get_by_role("group", name=question.text["en"], exact=True)
        for number, point in enumerate(question.points, 1):
            radio = group.get_by_role("radio", name=f"{number} {point['en']}", exact=True)
            assert radio.count() == 1
            assert radio.is_checked() is (question.key == "ease" and number == 4)
    why = window.get_by_role("textbox", name="Why did you choose these answers?", exact=True)
    assert why.count() == 1
    welcome = window.get_by_role("checkbox", name="The team lead may contact me", exact=False)
    assert not welcome.is_checked()
    assert window.get_by_role("button", name="Send", exact=True).count() == 1
    languages = window.get_by_role("navigation", name="Language").get_by_role("button")
    assert languages.all_text_contents() == ["Deutsch"]
    window.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_question_needs_no_scrolling_and_the_form_is_short(
    pages: Any, shown: Any, language: str
) -> None:
    window = shown(pages["form", language], width=360, height=740)
    assert window.locator("#ease-5").evaluate(BOTTOM) <= 740
    assert window.locator("#send").evaluate(BOTTOM) <= 1.6 * 740
    assert window.evaluate("document.documentElement.scrollHeight") <= 1.6 * 740


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_focus_is_on_the_message_of_a_page_that_reports_an_error(
    pages: Any, shown: Any, language: str
) -> None:
    for name in (
        *("nothing chosen", "comment too long", "why, too long", "objecting, not ticked"),
        *("not stored, too late", "unavailable", "body too large", "no such page"),
    ):
        window = shown(pages[name, language])
        window.wait_for_function("document.activeElement.getAttribute('role') == 'alert'")
        other = {"en": "Deutsch", "de": "English"}[language]
        switch = window.get_by_role("navigation").get_by_text(other, exact=True)
        assert switch.count() == 1, name
        keeps = name not in ("objecting, not ticked", "body too large", "no such page")
        assert switch.evaluate("(one) => one.localName") == ("button" if keeps else "a"), name


BOTTOM = "(one) => one.closest('label, button').getBoundingClientRect().bottom"


class Desk:
    """A running survey in real time, and links into it."""

    def __init__(self, office: Office, address: str) -> None:
        self.office, self._address = office, address

    def link(self) -> str:
        """Return the address of a fresh survey."""
        program = self.office.program
        fresh = sample.mint(program, 1, times.now() - timedelta(minutes=5))[0]
        return fresh.replace(program.settings.public_url, self._address)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A survey that is served on this machine."""
    program = open_program(settings_in(tmp_path))
    migrate(program.database, times.now())
    with serving(program) as port:
        yield Desk(Office(program, None), f"http://127.0.0.1:{port}")
    program.database.close()


def test_the_survey_works_by_keyboard_with_visible_focus(desk: Desk, page: Any) -> None:
    page.goto(desk.link())
    walked = []

    def step(key: str) -> None:
        page.keyboard.press(key)
        name, outline = page.evaluate(
            "() => [document.activeElement.id || document.activeElement.name"
            " || document.activeElement.tagName, getComputedStyle(document.activeElement).outline]"
        )
        assert "solid 3px" in outline, f"{name} does not show that it has the focus"
        walked.append(name)

    for key in ("Tab", "Tab", "Space", "ArrowDown", "Tab", "Space", "Tab", "Tab", "Space", "Tab"):
        step(key)
    assert walked == ["lang", "ease-1", "ease-1", "ease-2", "satisfaction-1", "satisfaction-1"] + [
        "comment",
        "contact_welcome",
        "contact_welcome",
        "send",
    ]
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile(r"^May we ask why\?"))
    stored = desk.office.rows("answers")
    assert [(one["ease"], one["satisfaction"], one["contact_welcome"]) for one in stored] == [
        (2, 1, 1)
    ]


def test_changing_the_language_keeps_what_was_chosen_and_typed(desk: Desk, page: Any) -> None:
    page.goto(f"{desk.link()}?ease=2")
    page.check("#satisfaction-1")
    page.fill("#comment", "Ten minutes of writing.")
    page.check("[name=contact_welcome]")
    page.click("nav >> text=Deutsch")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.is_checked("#ease-2") and page.is_checked("#satisfaction-1")
    assert page.input_value("#comment") == "Ten minutes of writing."
    assert page.is_checked("[name=contact_welcome]")
    assert desk.office.rows("answers") == []
    page.fill("#comment", "")
    page.click("#send")
    page.fill("#comment", "Zu langsam.")
    page.click("nav >> text=English")
    expect(page).to_have_title(re.compile(r"^May we ask why\?"))
    assert page.input_value("#comment") == "Zu langsam."
    assert [row["revision"] for row in desk.office.rows("answers")] == [1]
    page.click("#send")
    expect(page).to_have_title(re.compile("^Thank you"))
    assert [row["revision"] for row in desk.office.rows("answers")] == [1, 2]


def test_enter_in_a_field_sends_the_answer_instead_of_changing_the_language(
    desk: Desk, page: Any
) -> None:
    page.goto(f"{desk.link()}?ease=4")
    page.check("#satisfaction-5")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Thank you"))
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_error_summary_links_to_the_field(desk: Desk, page: Any) -> None:
    page.goto(desk.link())
    page.check("#ease-5")
    page.fill("#comment", "Kept.")
    with page.expect_navigation():
        page.click("#send")
    page.click("[role=alert] a")
    expect(page.locator("#satisfaction-1")).to_be_focused()
    assert page.is_checked("#ease-5")
    assert page.input_value("#comment") == "Kept."


def test_answering_takes_less_than_ten_seconds_on_a_slow_phone(desk: Desk, browser: Any) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    phone = context.new_page()
    line = context.new_cdp_session(phone)
    line.send("Network.enable")
    slow = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 25_000}
    line.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    requests: list[str] = []
    phone.on("request", lambda request: requests.append(request.method))
    link = desk.link()
    start = phone.evaluate("Date.now()")
    phone.goto(f"{link}?ease=5")
    assert requests == ["GET"], "one page, one request"
    # Reading the second question, and finding Send.
    phone.wait_for_timeout(3000)
    phone.tap("label:has(#satisfaction-5)")
    phone.wait_for_timeout(1000)
    with phone.expect_navigation():
        phone.tap("#send")
    assert phone.title().startswith("Thank you")
    assert phone.evaluate("Date.now()") - start <= 10_000
    assert requests == ["GET", "POST", "GET"]
    assert [row["satisfaction"] for row in desk.office.rows("answers")] == [5]
    context.close()
