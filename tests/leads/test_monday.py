"""A lead's Monday in a real browser, without JavaScript and with a keyboard; every page for axe."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from feedback_app.base.weeks import week_of
from feedback_app.program import Program, open_program
from feedback_app.settings import Settings
from feedback_app.store import answers, cases, reading_queue
from support_facts import load_facts
from tests.support.axe import COLOURS, EVERY_RULE, axe_faults
from tests.support.server import environment, feedback, free_port, running

PASSWORD = "a-password-for-tests"
TEAM = "lena"


class House(NamedTuple):
    """A running program with its answers: of this week, two of them low, one asking for a call."""

    url: str
    env: dict[str, str]
    week: str


# Ease, satisfaction, comment, and whether contact is welcome; given through the survey's pages.
GIVEN = (
    ("0001", 1, 2, "It took a week. Mx Sample was slow.", True),
    ("0002", 2, 4, "", False),
    ("0003", 4, 5, "The first reply solved it.", False),
    ("0004", 5, 5, "", False),
    ("0005", 5, 4, "", False),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[House]:
    folder, port = tmp_path_factory.mktemp("monday"), free_port()
    env = {
        **environment(folder, port),
        "FEEDBACK_ALERT_URLS": "leads@example.org",
        "FEEDBACK_WEBHOOK_SECRETS": f"salesforce={PASSWORD}",
    }
    feedback("migrate", env=env)
    file = folder / "closed.csv"
    _write_cases(file)
    feedback("invite", str(file), env=env)
    _add_lead(env)
    serve = [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(port)]
    with running(serve, port, env):
        context = browser.new_context(java_script_enabled=False, locale="en-GB")
        for number, ease, satisfaction, comment, welcome in GIVEN:
            page = context.new_page()
            page.goto(feedback("link", number, env=env).strip())
            page.check(f"#ease-{ease}")
            page.check(f"#satisfaction-{satisfaction}")
            page.fill("#comment", comment)
            if welcome:
                page.check("[name=contact_welcome]")
            follow(page, "#send")
            page.close()
        context.close()
        for secret in (PASSWORD, ""):
            event = {"IsClosed": False, "Id": "500A", "Owner": {"Name": "x"}}
            address = f"http://127.0.0.1:{port}/api/v1/webhooks/salesforce"
            context = browser.new_context()
            context.request.post(address, data=event, headers={"X-Feedback-Secret": secret})
            context.close()
        zone = load_facts().organisation.time_zone
        week = week_of(datetime.now(UTC), ZoneInfo(zone))
        yield House(f"http://127.0.0.1:{port}", env, week)


def _write_cases(path: Path) -> None:
    closed = datetime.now(UTC) - timedelta(hours=2)
    opened = closed - timedelta(hours=10)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["case_number", "closed_at", "opened_at", "contact_email", "case_kind"])
        # Some contacts are not asked, and one would get so many emails that the last are held.
        others = ["kim@spryker.com", "no-reply@customer.example", *["busy@customer.example"] * 21]
        addresses = [*(f"c{number}@customer.example" for number in range(1, 9)), *others]
        for number, address in enumerate(addresses, start=1):
            kind = ("software", "security")[number % 2]
            row = [f"{number:04}", closed.isoformat(), opened.isoformat()]
            rows.writerow([*row, address, kind])


def _add_lead(env: dict[str, str]) -> None:
    words = ["lead", "add", TEAM, "--role", "admin", "--password-stdin"]
    command = [sys.executable, "-m", "feedback_app.cli", *words]
    subprocess.run(command, env=env, input=PASSWORD, text=True, check=True, capture_output=True)


def follow(page: Any, selector: str) -> None:
    """Click what leads to another page, and wait until that is there."""
    with page.expect_navigation():
        page.click(selector)


def sign_in(page: Any, house: House) -> None:
    page.goto(f"{house.url}/review/{house.week}")
    page.fill("#name", TEAM)
    page.fill("#password", PASSWORD)
    follow(page, "main button")


def test_every_page_passes_the_accessibility_check(house: House, browser: Any) -> None:
    """Each page is loaded once, then checked in both widths and colour schemes."""
    context = browser.new_context(
        bypass_csp=True,
        locale="en-GB",
    )
    page = context.new_page()
    page.goto(f"{house.url}/review/sign-in")
    found = everywhere(page, "sign-in")
    sign_in(page, house)
    page.goto(f"{house.url}/review/{house.week}/answers")
    one = re.search(r"/review/answers/([\w-]+)", page.content())
    assert one
    call = house.url + "/review/follow-ups"
    page.goto(call)
    wished = re.search(r"/review/follow-ups/([\w-]+)", page.content())
    assert wished
    for path in (
        house.week,
        f"{house.week}/answers",
        f"{house.week}/groups",
        f"{house.week}/closed",
        "definitions",
        f"{house.week}/meeting",
        f"{house.week}/meeting?step=1",
        f"{house.week}/meeting?step=999",
        f"{house.week}/minutes",
        "decisions",
        f"{house.week}/not-asked",
        "unread",
        "search?words=solved",
        "exports",
        "audit-log",
        "accounts",
        f"accounts/{TEAM}",
        "password",
        "people",
        "search?words=0008",
        "deliveries",
        "follow-ups",
        f"follow-ups/{wished[1]}",
        f"answers/{one[1]}",
    ):
        answer = page.goto(f"{house.url}/review/{path}")
        assert answer.status == 200
        found |= everywhere(page, path)
    preview_redaction(page, "slow")
    found |= everywhere(page, "redact")
    find_case(page, house, "0008")
    found |= everywhere(page, "case")
    show_person(page, house, "c8@customer.example")
    found |= everywhere(page, "person")
    add_account(page, house, "otto")
    found |= everywhere(page, "the link of an account")
    page.goto(page.inner_text("code.secret"))
    found |= everywhere(page, "set-password")
    context.close()
    assert len(found) == 30 * len(VIEWS)
    assert {place: one for place, one in found.items() if one} == {}


@pytest.mark.parametrize("width", [1280, 390])
def test_a_lead_searches_with_the_keyboard_and_goes_to_the_week_of_a_date(
    house: House, browser: Any, width: int
) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": width, "height": 800})
    page = context.new_page()
    sign_in(page, house)
    page.keyboard.press("/")
    page.keyboard.type("mx samp")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("mark").all_inner_texts() == ["Mx", "Sample"]
    follow(page, "main .found a")
    assert "It took a week" in page.inner_text("main")
    page.goto(f"{house.url}/review/{house.week}/minutes")
    page.fill("#go-to-week", "2026-11-05")
    follow(page, ".week__go button")
    assert page.url.endswith("/review/2026-W45")
    context.close()


def preview_redaction(page: Any, words: str) -> None:
    """Ask for a preview on the page of an answer."""
    page.click("summary:has-text('Redact')")
    page.fill("main input[name=words]", words)
    follow(page, "button:has-text('Show preview')")
    assert page.inner_text("mark") == words


def find_case(page: Any, house: House, number: str) -> None:
    """Open the page of a case by its number."""
    page.goto(f"{house.url}/review/search?words={number}")
    follow(page, f"main a:has-text('Case {number}')")


def add_account(page: Any, house: House, name: str) -> None:
    """Add an account, whose link is then shown."""
    page.goto(f"{house.url}/review/accounts")
    page.fill("#name", name)
    follow(page, "button:has-text('Add account')")


def show_person(page: Any, house: House, address: str) -> None:
    """Open the page with a person's data."""
    page.goto(f"{house.url}/review/people")
    page.fill("#address", address)
    follow(page, "button:has-text('Show everything stored')")
    assert address in page.inner_text("main")


VIEWS = [(320, "light", EVERY_RULE), (1280, "light", EVERY_RULE), (1280, "dark", COLOURS)]


def everywhere(page: Any, path: str) -> dict[tuple[str, int, str], list[str]]:
    """Return the faults that axe reports by width and colour scheme; the page fits every width."""
    found = {}
    for width, scheme, rules in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        found[path, width, scheme] = axe_faults(page, rules)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} pixels wide"
    return found


def test_the_week_fits_one_screen(house: House, browser: Any) -> None:
    """Scores, changes, chart, tasks and rates are visible without scrolling."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    sign_in(page, house)
    for language in ("en", "de"):
        page.goto(f"{house.url}/review/{house.week}?lang={language}")
        for width, height in ((1280, 900), (390, 800)):
            page.set_viewport_size({"width": width, "height": height})
            box = page.locator(".tiles-groups").bounding_box()
            assert box["y"] + box["height"] <= height, (language, width)
            assert page.locator(".tiles-groups .tile").count() == 8
    page.goto(f"{house.url}/review/{house.week}?lang=en")
    context.close()


def test_keys_press_the_same_buttons(house: House, browser: Any) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    sign_in(page, house)
    page.goto(f"{house.url}/review/unread")
    loaded: list[str] = []
    page.on("load", lambda _: loaded.append(page.url))
    first = page.get_attribute("#reader", "data-answer")
    page.keyboard.press("j")
    page.wait_for_selector(f"#reader:not([data-answer='{first}'])")
    assert page.evaluate("document.activeElement.className").startswith("answer")
    second = page.get_attribute("#reader", "data-answer")
    assert page.get_attribute(".queue__line[aria-current]", "data-open") == second
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type("r stays a letter here")
    assert page.get_attribute("#reader", "data-answer") == second
    page.fill("#reader textarea", "")
    assert loaded == []
    page.goto(f"{house.url}/review/{house.week}/meeting")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/meeting?step=1")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/meeting?step=0")
    context.close()
    assert complaints == [], "the policy lets our own style and script through"


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("width", [390, 360])
def test_the_navigation_of_a_phone_is_one_line(
    house: House, browser: Any, width: int, language: str
) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": width, "height": 800})
    page = context.new_page()
    sign_in(page, house)
    page.goto(f"{house.url}/review/{house.week}?lang={language}")
    assert page.locator(".head nav").bounding_box()["height"] < 48
    page.click(".menu summary")
    follow(page, ".menu a >> nth=0")
    assert page.url.endswith("/review/decisions")
    context.close()


def test_a_key_that_is_pressed_while_another_is_sent_comes_after_it(
    house: House, browser: Any
) -> None:
    """The answer to an earlier key does not bring back what a later one closed."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, house)
    page.goto(f"{house.url}/review/unread?week={house.week}")
    held: list[Any] = []

    def hold_the_first(route: Any) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()

    page.route(re.compile("answer="), hold_the_first)
    lines = page.locator(".queue__line")
    wanted = lines.last.get_attribute("data-open")
    lines.first.click()
    lines.last.click()
    page.wait_for_timeout(300)
    assert len(held) == 1
    held[0].continue_()
    page.wait_for_selector(f"#reader[data-answer='{wanted}']")
    context.close()


def test_minutes_are_saved_while_they_are_typed_next_to_a_quote_that_fills_the_screen(
    house: House, browser: Any
) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    sign_in(page, house)
    page.goto(f"{house.url}/review/{house.week}/meeting?step=1")
    page.locator("#minutes").press_sequentially("We called")
    page.wait_for_selector("#saved:text-is('Saved')")
    page.locator("#minutes").press_sequentially(" them")
    page.fill("#decision", "Write a page")
    page.click("[data-step=next]")
    page.wait_for_url("**/meeting?step=2")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/meeting?step=1")
    assert page.input_value("#minutes") == "We called them"
    assert "Write a page" in page.inner_text("aside")
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    size = "parseFloat(getComputedStyle(document.querySelector('.screen blockquote')).fontSize)"
    assert page.evaluate(size) >= 48
    # A colleague's text is not overwritten: the page says so, and Save shows both texts.
    other = context.new_page()
    other.goto(page.url)
    other.fill("#minutes", "Theirs")
    follow(other, "#step button:has-text('Save')")
    page.fill("#minutes", "Mine")
    page.wait_for_selector("#saved:has-text('colleague')")
    follow(page, "#step button:has-text('Save')")
    assert page.input_value("[name=minutes]") == "Theirs\n\nMine"
    context.close()


def test_a_leads_monday(house: House, browser: Any) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 800}, locale="en-GB"
    )
    page = context.new_page()

    # Sign in: the page that was asked for comes next.
    sign_in(page, house)
    assert page.url == f"{house.url}/review/{house.week}"
    said = " ".join(page.text_content("main").split())
    assert "Unread answers 5" in said
    assert "3.4 mean of 5 answers" in said
    assert "4.0 mean of 5 answers" in said
    assert "5 of 5 surveyed customers" in said

    # Read: the low ones first, one tap each; those without a comment in one tap.
    page.goto(f"{house.url}/review/unread")
    for number in ("0001", "0003"):
        follow(page, f".queue__line:has-text('{number}')")
        follow(page, f".answer:has-text('Case {number}') button[data-key=r]")
    page.goto(f"{house.url}/review/{house.week}/answers")
    follow(page, "text=Mark 2 answers as read: no comment, no low score")
    assert page.locator(".answer.unread").count() == 1, "the low one without a comment"

    # A name is redacted before the meeting.
    low = ".answer:has-text('Case 0001')"
    page.click(f"{low} summary:has-text('Redact')")
    page.fill(f"{low} input[name=words]", "Mx Sample")
    follow(page, f"{low} button:has-text('Show preview')")
    assert page.inner_text("mark") == "Mx Sample"
    follow(page, "button:has-text('Redact permanently')")
    assert "It took a week. ▇▇▇ was slow." in page.inner_text("main")

    # Meet: decide, and end although one answer was never marked.
    page.goto(f"{house.url}/review/{house.week}/meeting")
    follow(page, "text=Begin")
    assert "Case 0001" in page.inner_text("main")
    page.fill("#decision", "We tell customers each morning.")
    follow(page, "#step button:has-text('Save')")
    assert "We tell customers each morning." in page.inner_text("main")
    while page.query_selector("[data-step=next]"):
        follow(page, "[data-step=next]")
    follow(page, "text=End the meeting and write the minutes")
    minutes = page.inner_text("main")
    assert "We tell customers each morning." in minutes
    assert "Mx Sample" not in minutes
    page.goto(f"{house.url}/review/{house.week}")
    assert "Nothing to read" in page.text_content("main")
    assert "Discussed on" in page.inner_text("main")

    # Follow up.
    page.goto(f"{house.url}/review/follow-ups")
    follow(page, "text=Draft an email or close")
    assert "c1@customer.example" in page.inner_text("main")
    page.check("[value=contacted]")
    page.fill("#remark", "Talked; all is well.")
    follow(page, "button:has-text('Close follow-up')")
    assert "No open follow-ups." in page.inner_text("main")
    customer = context.new_page()
    customer.goto(_link_of("0001", house))
    assert "Handled on" in customer.inner_text("main")
    assert "Discussed in the weekly meeting" in customer.inner_text("main")

    # Export, and its entry in the audit log.
    page.goto(f"{house.url}/review/exports?week={house.week}")
    page.check("[value=csv]")
    with page.expect_download() as download:
        page.click("main button:has-text('Export')")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    numbers = [row[0] for row in csv.reader(io.StringIO(text))][1:]
    assert sorted(numbers) == [number for number, *_ in GIVEN]
    page.goto(f"{house.url}/review/audit-log")
    assert f"{house.week} csv" in page.inner_text("main")

    # Sign out: the page that is still in the history shows nothing any more.
    page.click("summary:has-text('More')")
    follow(page, f"text=Sign out {TEAM}")
    page.goto(f"{house.url}/review/{house.week}")
    assert page.url.startswith(f"{house.url}/review/sign-in")
    context.close()


def _link_of(number: str, house: House) -> str:
    """Return the survey link of a case: no command gives out that of an answered one."""
    known = json.loads(feedback("answers", "--json", env=house.env))
    assert number in {one["case_number"] for one in known}
    program = _program(house)
    (found,) = cases.closings_of_number(program.database, number)
    program.database.close()
    return program.survey_link(found.invitation_id)


@pytest.mark.parametrize(("width", "number"), [(360, "0006"), (1280, "0007")])
def test_a_survey_is_sent_again_and_a_person_opted_out(
    house: House, browser: Any, width: int, number: str
) -> None:
    context = browser.new_context(
        java_script_enabled=False, locale="en-GB", viewport={"width": width, "height": 740}
    )
    page = context.new_page()
    sign_in(page, house)
    address = f"right{width}@customer.example"
    find_case(page, house, number)
    page.fill("#address", address)
    follow(page, "text=Send survey")
    assert "Last sent again" in page.inner_text("main")
    show_person(page, house, address)
    assert number in page.inner_text("main")
    with page.expect_download() as download:
        page.click("text=Download as JSON")
    assert json.loads(Path(download.value.path()).read_text())["address"] == address
    page.goto(f"{house.url}/review/people")
    page.fill("#address", address)
    follow(page, "text=Opt out >> visible=true")
    assert "This address gets no more surveys." in page.inner_text("main")
    assert address in page.inner_text("main table")
    show_person(page, house, address)
    follow(page, "main button:has-text('Erase personal data')")
    assert "Tick the box first" in page.inner_text("main")
    page.check("[name=confirm]")
    follow(page, "main button:has-text('Erase personal data')")
    assert "The personal data of 1 case was erased" in page.inner_text("main")
    context.close()


def test_an_answer_is_read_and_the_next_one_opened_without_loading_a_page(
    house: House, browser: Any
) -> None:
    program = _program(house)
    with program.database.write() as tx:
        rows = tx.ask("SELECT invitation_id FROM answers WHERE revision = 1")
        for row in rows:
            reading_queue.add(tx, answers.revisions(tx, row["invitation_id"])[-1])
    program.database.close()
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    sign_in(page, house)
    page.goto(f"{house.url}/review/unread")
    loaded: list[str] = []
    page.on("load", lambda _: loaded.append(page.url))
    for count in (1, 2):
        one = page.get_attribute("#reader", "data-answer")
        page.keyboard.press("r")
        page.wait_for_selector(f".queue__line.is-read[data-open='{one}']")
        assert f"{count} of {len(rows)} read" in page.inner_text("#reader")
        assert page.get_attribute("#reader", "data-answer") != one
    context.close()
    assert loaded == []


def _program(house: House) -> Program:
    return open_program(
        Settings(
            database=SecretStr(house.env["FEEDBACK_DATABASE"]),
            secret_keys=(SecretStr(house.env["FEEDBACK_SECRET_KEYS"]),),
            public_url=house.url,
        )
    )


def test_an_account_is_added_and_its_lead_sets_a_password_without_javascript(
    house: House, browser: Any
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="de-DE")
    page = context.new_page()
    sign_in(page, house)
    page.goto(f"{house.url}/review/accounts")
    page.fill("#name", "nina")
    page.select_option("#role", "reader")
    follow(page, "main button")
    link = page.inner_text("code.secret")
    context.clear_cookies()
    page.goto(link)
    for field in ("#new_password", "#repeated"):
        page.fill(field, "vier leichte Wörter")
    follow(page, "main button")
    assert "Ihr Passwort ist festgelegt" in page.inner_text("main")
    page.fill("#name", "nina")
    page.fill("#password", "vier leichte Wörter")
    follow(page, "main button")
    assert page.goto(f"{house.url}/review/decisions").status == 200
    page.goto(link)
    assert "Dieser Link funktioniert nicht mehr" in page.inner_text("main")
    context.close()


def test_back_after_signing_in_again_loads_the_page_instead_of_asking_to_send_a_form(
    house: House, browser: Any
) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    sign_in(page, house)
    page.goto(f"{house.url}/review/{house.week}/answers")
    place = page.url
    context.clear_cookies()
    page.click("main summary:has-text('Note') >> nth=0")
    page.fill("main textarea[name=text] >> nth=0", "Typed before the session ended")
    follow(page, "main button:has-text('Save note') >> nth=0")
    assert "Typed before the session ended" in page.inner_html("main")
    page.fill("#name", TEAM)
    page.fill("#password", PASSWORD)
    follow(page, "main button:has-text('Sign in')")
    assert "You are signed in again" in page.inner_text("main")
    page.go_back()
    assert page.url == place
    assert page.is_visible(".answer >> nth=0")
    context.close()


def test_after_a_refused_password_the_same_page_sets_another_one(
    house: House, browser: Any
) -> None:
    page = browser.new_page()
    sign_in(page, house)
    add_account(page, house, "vera")
    page.goto(page.inner_text("code.secret"))
    typed = "four words to remember"
    for repeated, end in (("four words to forget", "/set-password/"), (typed, "set=y")):
        page.fill("#new_password", typed)
        page.fill("#repeated", repeated)
        with page.expect_navigation():
            page.click("main form button")
        assert end in page.url
    page.close()
