"""The whole road: one case from a CSV to the weekly export, through real servers and a browser."""

import csv
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from server import environment, feedback, free_port, running

KINDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(params=["light", "dark"])
def phone(browser, request):
    """A small phone without JavaScript, by day and by night."""
    context = browser.new_context(
        viewport={"width": 320, "height": 640},
        color_scheme=request.param,
        java_script_enabled=False,
        locale="en-GB",
    )
    yield context.new_page()
    context.close()


def _write_cases(path: Path) -> None:
    closed = datetime.now(UTC) - timedelta(hours=2)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(["number", "state", "closed", "mail"])
        rows.writerow(["0000471", "Closed", closed.isoformat(), "contact@customer.example"])
        rows.writerow(["0000472", "Open", "", "other@customer.example"])


def _faults(page) -> list[str]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": KINDS}})
    return [f"{one['id']}: {one['help']}" for one in found.response["violations"]]


def test_one_case_walks_the_whole_road(phone, smtp_sink, tmp_path, axe_page) -> None:
    port = free_port()
    env = {**environment(tmp_path, port), "FEEDBACK_SMTP_URL": smtp_sink.url}
    feedback("migrate", env=env)
    _write_cases(tmp_path / "cases.csv")
    mapping = ["case_number=number", "closed_at=closed", "contact_email=mail"]
    words = [word for pair in mapping for word in ("--map", pair)]
    done = feedback(
        "invite", str(tmp_path / "cases.csv"), *words, "--where", "state=Closed", env=env
    )
    assert "1 new closed case" in done.splitlines()[-1]

    feedback("worker", "--once", env=env)
    mail = smtp_sink.messages[0]
    assert "0000471" in mail["Subject"]
    link = re.search(r"http\S+\?ease=4", mail.get_body(("plain",)).get_content())[0]

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

        phone.check("#satisfaction-2")
        with phone.expect_navigation():
            phone.click("#send")
        assert "May we ask why?" in phone.title()
        phone.fill("#comment", "=2+5 took <b>days</b>")
        with phone.expect_navigation():
            phone.click("#send")
        assert "Thank you" in phone.title()
        with phone.expect_navigation():
            phone.click("text=See what becomes of it")
        assert "has arrived" in phone.content()
        axe_page.goto(phone.url)
        assert _faults(axe_page) == []

    answers = json.loads(feedback("answers", "--json", env=env))
    assert [(one["case_number"], one["ease"], one["satisfaction"]) for one in answers] == [
        ("0000471", 4, 2)
    ]
    week = answers[0]["week"]
    assert "0000471" in feedback("review", week, env=env)
    exported = feedback("export", week, "--format", "csv", env=env)
    assert "'=2+5 took" in exported
    assert "0000471" in exported


@pytest.fixture
def axe_page(browser):
    """A page with JavaScript, for the accessibility check: the survey itself has no script."""
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, bypass_csp=True, locale="en-GB"
    )
    yield context.new_page()
    context.close()
