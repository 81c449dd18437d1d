"""Comments to handle with care: their text is in no output until an admin releases it."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from feedback_app.app import create_app
from feedback_app.base.times import from_text
from feedback_app.commands.review import answers, export, review
from feedback_app.jobs import digest
from feedback_app.jobs.messages import message_text
from feedback_app.records import CARE_REASONS, OutboxMessage
from feedback_app.reports.exports import FORMATS
from feedback_app.store import answer_marks
from tests.support.office import Office
from tests.support.team import Somebody, answered

WEEK, SECRET = "2026-W48", "Wolpertinger"
# The pages on which leads may read such a comment. Readers may not read it anywhere.
SHOWN_TO_LEADS = {"leads.show_answer", "leads.show_unread"}


@pytest.fixture
def office(team_office: Office) -> Office:
    return team_office.with_themes("tone")


@pytest.fixture
def lena(office: Office) -> Somebody:
    return Somebody(office, "lead", "lena")


def _care(lead: Somebody, invitation_id: str, reason: str = "threat") -> Any:
    return lead.post(f"/review/answers/{invitation_id}/care", revision="1", reason=reason)


def _pages(office: Office, invitation_id: str) -> dict[str, str]:
    """Return the path of every page of the leads that can be read, by endpoint."""
    adapter = (app := create_app(parts=office.program)).url_map.bind("localhost")
    values = {"week": WEEK, "invitation_id": invitation_id, "typed": WEEK}
    return {
        rule.endpoint: adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("leads.")
        and "GET" in (rule.methods or ())
        and rule.arguments <= {*values}
    }


def _texts(somebody: Somebody, invitation_id: str) -> Iterator[tuple[str, str]]:
    """Yield every output that a lead can read or download, with its name."""
    for endpoint, path in _pages(somebody.office, invitation_id).items():
        found = somebody.browser.get(path, follow_redirects=True)
        yield endpoint, found.text
    for step in range(4):
        yield f"step {step}", somebody.get(f"/review/{WEEK}/meeting?step={step}").text
    for query in (f"search?words={SECRET}", f"{WEEK}/answers?words={SECRET}"):
        page = somebody.get(f"/review/{query}").text
        # The search field repeats the words.
        yield query, re.sub(f'value="{SECRET}"', "", page)
        assert "0001" not in page or SECRET in page.replace(f'value="{SECRET}"', "")


def _downloads(somebody: Somebody, invitation_id: str) -> Iterator[tuple[str, str]]:
    """Yield every file and message, with its name."""
    office, now = somebody.office, somebody.office.now
    for form in FORMATS:
        fields = {"first": WEEK, "last": WEEK, "form": form}
        data = somebody.post("/review/exports", **fields).data
        yield f"export as {form}", _plain(data) if form == "xlsx" else data.decode()
    yield "minutes.md", somebody.post(f"/review/{WEEK}/minutes.md").text
    yield "digest", digest.as_text(office.program, WEEK, now)
    for message in office.mails():
        yield f"email {message['Subject']}", message.as_string()
    for command, *words in ((answers,), (answers, "--json"), (review, WEEK)):
        yield f"feedback {command.name}", office.run(command, *words).output
    yield "feedback export", office.run(export, WEEK, "--format", "json").output


def _plain(workbook: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def test_no_output_contains_a_comment_that_needs_care_until_it_is_released(office: Office) -> None:
    lena, reader = Somebody(office, "lead", "lena"), Somebody(office, "reader", "rosa")
    one = answered(office, "0001", 1, 1, comment=f"I know where the {SECRET} lives.")
    lena.post(f"/review/answers/{one}/follow-up", revision="1")
    lena.post(f"/review/{WEEK}/meeting/end", answer=f"{one}:1")
    _care(lena, one)

    def showing(who: Somebody, texts: Any) -> set[str]:
        return {name for name, text in texts(who, one) if SECRET in text}

    assert showing(reader, _texts) == set()
    assert showing(lena, _texts) <= SHOWN_TO_LEADS
    assert showing(lena, _downloads) == set()
    ada = Somebody(office, "admin", "ada")
    assert showing(ada, _texts) - {"leads.show_person"} <= SHOWN_TO_LEADS
    ada.post(f"/review/answers/{one}/release", revision="1")
    assert {"leads.show_answers", "leads.show_minutes", "leads.show_answer"} <= showing(
        reader, _texts
    )
    released = showing(lena, _downloads)
    assert {f"export as {form}" for form in FORMATS} <= released
    assert {"minutes.md", "feedback answers"} <= released


def test_only_these_modules_read_comments_from_the_database() -> None:
    folder = Path(answer_marks.__file__).parent
    reading = {
        path.stem
        for path in folder.glob("*.py")
        if re.search(r"\bcomment\b", path.read_text(encoding="utf-8"))
    }
    # The condition is in answered_cases and, for the search, in search_index. The others erase,
    # redact, count or store comments, or search them for what one person asked us to erase.
    assert reading == {
        "agendas",
        "answer_marks",
        "answer_texts",
        "answered_cases",
        "answers",
        "contact_digests",
        "erasure",
        "mentions",
        "search_index",
        "week_totals",
    }


@pytest.mark.parametrize("reason", CARE_REASONS)
def test_no_chat_learns_that_an_answer_needs_care(office: Office, reason: str) -> None:
    lena = Somebody(office, "lead", "lena")
    receivers = (SecretStr("json://127.0.0.1/chat"), SecretStr("leads@example.org"))
    office.program.settings.alert_urls = receivers
    one = answered(office, "0001", 1, 1, comment=SECRET)
    before = [row for row in office.rows("outbox") if row["recipient"].startswith("chat:")]
    assert [row["kind"] for row in before] == ["alert"]
    text = message_text(office.program, _message(before[0]))
    _care(lena, one, reason)
    assert message_text(office.program, _message(before[0])) == text
    care = [row["recipient"] for row in office.rows("outbox") if row["kind"] == "care"]
    assert care == ["leads@example.org"], "without an admin's address, the inbox of the leads"


def _message(row: dict[str, Any]) -> OutboxMessage:
    values = {name: row[name] for name in ("id", "kind", "recipient", "invitation_id")}
    return OutboxMessage(created_at=from_text(row["created_at"]), **values)


@pytest.mark.parametrize("reason", CARE_REASONS)
def test_admins_get_an_alert_without_the_comment(office: Office, reason: str) -> None:
    lena = Somebody(office, "lead", "lena")
    Somebody(office, "admin", "ada@example.org")
    one = answered(office, "0001", 5, 5, comment=f"Thank {SECRET}")
    for _ in range(2):
        assert _care(lena, one, reason).status_code == 303
    (alert,) = [mail for mail in office.mails() if "Handle with care" in mail["Subject"]]
    assert alert["To"] == "ada@example.org"
    text = str(alert.get_content())
    assert "The customer did not agree to be contacted." in text
    assert f"/review/answers/{one}" in text
    assert SECRET not in text
    record = [(row["action"], row["subject"]) for row in office.rows("lead_actions")]
    assert record == [(f"handle with care: {reason}", "0001")]


def test_only_admins_release_a_comment(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 1, comment="Slow")
    _care(lena, one)
    place = f"/review/answers/{one}/release"
    assert lena.post(place, revision="1").status_code == 403
    assert _care(Somebody(lena.office, "reader"), one).status_code == 403
    ada = Somebody(lena.office, "admin", "ada")
    assert "Release comment" not in lena.get(f"/review/answers/{one}").text
    assert "Release comment" in ada.get(f"/review/answers/{one}").text
    assert ada.post(place, revision="1").status_code == 303
    assert answer_marks.care_of(lena.office.program.database, one) is None
    assert [row["action"] for row in lena.office.rows("lead_actions")][-1] == "comment released"


def test_an_unknown_reason_and_an_answer_without_a_comment_are_not_marked(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 1)
    assert _care(lena, one, "anger").status_code == 400
    assert _care(lena, one).status_code == 303
    assert lena.office.rows("answer_marks") == []


def test_figures_count_a_comment_that_needs_care(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 4, 4, comment="Slow")
    before = lena.get(f"/review/{WEEK}/minutes").text
    _care(lena, one, "names_agent")
    assert "1 answer, 1 with a comment." in before
    assert "1 answer, 1 with a comment." in lena.get(f"/review/{WEEK}/minutes").text


def test_the_meeting_shows_no_low_comment_that_nobody_has_read(lena: Somebody) -> None:
    threat = answered(lena.office, "0001", 1, 1, comment=f"{SECRET} one")
    answered(lena.office, "0002", 1, 1, comment=f"{SECRET} two", contact_welcome=True)
    answered(lena.office, "0003", 5, 5, comment=f"{SECRET} three")

    def shown() -> str:
        steps = (lena.get(f"/review/{WEEK}/meeting?step={step}").text for step in range(5))
        return "".join(steps)

    first = shown()
    assert f"{SECRET} one" not in first
    assert "nobody has read it yet" in first
    assert f"{SECRET} two" in first
    assert f"{SECRET} three" in first
    # The meeting does not count it as read either.
    assert f"{threat}:1" not in first
    lena.post(f"/review/answers/{threat}/read", revision="1")
    assert f"{SECRET} one" in shown()
