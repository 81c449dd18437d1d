"""The whole road: one case from a CSV to the published page and back to its answered link.

Through real programs, a mail server and a browser.
"""

import csv
import json
import re
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from knowledge_site import build as site_build
from tests.support.axe import axe_faults
from tests.support.passing import let_pass
from tests.support.server import environment, feedback, free_port, running

# Figures of fewer answers are not published.
OTHERS = [f"00005{number:02d}" for number in range(11)]
BROWSER = {"User-Agent": "Mozilla/5.0", "Accept-Language": "en-GB"}


@pytest.fixture
def phone(browser):
    """A small phone without JavaScript."""
    context = browser.new_context(
        viewport={"width": 320, "height": 640},
        java_script_enabled=False,
        locale="en-GB",
    )
    yield context.new_page()
    context.close()


def _write_cases(path: Path) -> None:
    closed = datetime.now(UTC) - timedelta(hours=2)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(["number", "state", "closed", "email"])
        rows.writerow(["0000471", "Closed", closed.isoformat(), "contact@customer.example"])
        rows.writerow(["0000472", "Open", "", "other@customer.example"])
        for number in OTHERS:
            email = f"contact-{number}@customer.example"
            rows.writerow([number, "Closed", closed.isoformat(), email])


def _faults(page) -> list[str]:
    """Return the faults that axe reports in both colour schemes."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {one}" for one in axe_faults(page)]
    return found


def test_one_case_is_followed_from_closing_to_publication(
    phone, smtp_sink, tmp_path, axe_page
) -> None:
    port = free_port()
    env = {**environment(tmp_path, port), "FEEDBACK_SMTP_URL": smtp_sink.url}
    feedback("migrate", env=env)
    _write_cases(tmp_path / "cases.csv")
    mapping = ["case_number=number", "closed_at=closed", "contact_email=email"]
    words = [word for pair in mapping for word in ("--map", pair)]
    done = feedback(
        "invite", str(tmp_path / "cases.csv"), *words, "--where", "state=Closed", env=env
    )
    assert "12 new closed cases" in done.splitlines()[-2]

    feedback("worker", "--once", env=env)
    links = {re.search(r"\d{7}", mail["Subject"])[0]: _link(mail) for mail in smtp_sink.messages}
    link = links["0000471"]
    # Answers that arrive during delivery are flagged as automatic, so wait an hour.
    let_pass(tmp_path / "feedback.sqlite", hours=1)

    serve = [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(port)]
    with running(serve, port, env):
        requests: list[str] = []
        phone.on("request", lambda request: requests.append(request.url))
        phone.goto(link)
        assert requests == [link], "the page loads itself and nothing else"
        assert phone.is_checked("#ease-4")
        axe_page.goto(link)
        assert _faults(axe_page) == []
        assert json.loads(feedback("answers", "--json", env=env)) == []
        _answer_all([links[number] for number in OTHERS])

        phone.check("#satisfaction-2")
        with phone.expect_navigation():
            phone.click("#send")
        expect(phone).to_have_title(re.compile(r"May we ask why\?"))
        phone.fill("#comment", "=2+5 took <b>days</b>")
        with phone.expect_navigation():
            phone.click("#send")
        expect(phone).to_have_title(re.compile("Thank you"))
        with phone.expect_navigation():
            phone.click("text=See the progress")
        expect(phone.locator("body")).to_contain_text("We have received your answer")
        axe_page.goto(phone.url)
        assert _faults(axe_page) == []

    answers = json.loads(feedback("answers", "--json", env=env))
    answered = {one["case_number"]: (one["ease"], one["satisfaction"]) for one in answers}
    assert answered == {"0000471": (4, 2), **dict.fromkeys(OTHERS, (5, 4))}
    assert [one["flags"] for one in answers] == [[]] * 12
    week = answers[0]["week"]
    assert "0000471" in feedback("review", week, env=env)
    exported = feedback("export", week, "--format", "csv", env=env)
    assert "'=2+5 took" in exported
    assert "0000471" in exported

    let_pass(tmp_path / "feedback.sqlite", weeks=12)
    preview = feedback("publish", env=env)
    assert re.search(r"\(CES\), wording 1\n +Answers +– +12\n.+ – +0 / 0 / 0 / 1 / 11\n", preview)
    code = re.search(r"--approve (\w+)", preview)[1]
    feedback("publish", "--approve", code, "--by", "A lead for tests", env=env)
    assert "matches" in feedback("verify", env=env)
    site_build.build(tmp_path / "site", results=Path(env["FEEDBACK_RESULTS"]))

    with running(serve, port, {**env, "FEEDBACK_SITE": str(tmp_path / "site")}):
        phone.goto(f"http://127.0.0.1:{port}/how-we-are-doing.html")
        text = " ".join(phone.inner_text("article").split())
        assert "Found us easy or very easy to work with: 12 of 12. Mean 4.9 of 5." in text
        assert "Surveys answered: 12 of 12." in text
        assert "Answers that we read within 7 days: 0 of 12" in text
        for private in ("0000471", "took <b>", "customer.example", "A lead for tests"):
            assert private not in phone.content()
        axe_page.goto(phone.url)
        assert _faults(axe_page) == []

        phone.goto(link)
        expect(phone.locator("body")).to_contain_text("Included in our published figures for")
        with phone.expect_navigation():
            phone.click("text=How we are doing")
        assert phone.url == f"http://127.0.0.1:{port}/how-we-are-doing.html"


def _link(mail) -> str:
    return re.search(r"http\S+\?ease=4", mail.get_body(("plain",)).get_content())[0]


def _answer_all(links: list[str]) -> None:
    """Answer as people do: read the two questions first."""
    pages = [(link, _fetch(link)) for link in links]
    time.sleep(2.5)
    for link, text in pages:
        value = re.search(r'name="page" value="([^"]+)"', text)[1]
        given = {"page": value, "ease": "5", "satisfaction": "4"}
        assert "Thank you" in _fetch(link, urlencode(given).encode())


def _fetch(address: str, data: bytes | None = None) -> str:
    request = urllib.request.Request(address, data, BROWSER)
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read().decode()


@pytest.fixture
def axe_page(browser):
    """A page with JavaScript, for the accessibility check: the survey itself has no script."""
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, bypass_csp=True, locale="en-GB"
    )
    yield context.new_page()
    context.close()
