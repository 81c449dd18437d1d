"""Low answers alert the leads: at least once, without the comment or address."""

import json
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from pydantic import SecretStr

from feedback_app.base.times import now
from feedback_app.jobs import worker
from feedback_app.mail.routing import sender_for
from feedback_app.settings import SettingsError, read_settings
from tests.support.chat import Chat
from tests.support.office import Customer, Office, a_case


def alerting(office: Office, *receivers: str) -> Office:
    """Send the office's alerts to these receivers."""
    urls = tuple(SecretStr(one) for one in receivers)
    changed = office.program.settings.model_copy(update={"alert_urls": urls})
    office.program = replace(office.program, settings=changed)
    return office


def answer(office: Office, number: str = "0001", **scores: Any) -> Customer:
    customer = Customer(office, office.invite(number))
    assert customer.send(**scores).status_code == 303
    return customer


def alerts(office: Office) -> list[dict[str, Any]]:
    return [row for row in office.rows("outbox") if row["kind"] == "alert"]


def test_alerts_by_email_and_chat_have_the_case_number_and_a_link(
    office: Office, chat: Chat
) -> None:
    alerting(office, "leads@example.org", chat.url)
    customer = answer(office, ease="1", satisfaction="5", comment="SECRET WORDS")
    office.wait(seconds=50)
    worker._deliver(office.program, now)
    (mail,) = [
        message_from_bytes(path.read_bytes(), policy=default)
        for path in office.mailbox.glob("*.eml")
        if b"Low score" in path.read_bytes()
    ]
    (received,) = chat.received
    link = f"http://survey.example/review/answers/{customer.invitation_id}"
    assert mail["To"] == "leads@example.org"
    assert mail["Subject"] == received["title"] == "Low score for case 0001: CES 1, CSS 5"
    for text in (mail.get_content(), received["message"]):
        assert link in text
        assert "The customer wrote a comment." in text
        assert "The customer did not agree to be contacted." in text
        for secret in ("SECRET", "contact@customer.example", "A customer for tests"):
            assert secret not in text
    rows = json.dumps(alerts(office))
    assert "secret-path" not in rows, "everybody with the URL can write to the chat"
    assert "SECRET WORDS" not in rows


def test_an_alert_says_by_when_to_contact_the_customer(office: Office) -> None:
    alerting(office, "leads@example.org")
    answer(office, ease="2", satisfaction="2", contact_welcome="y")
    text = " ".join(office.mails()[-1].get_content().split())
    assert "There is no comment." in text
    assert "Please follow up by Thursday, 26 November 2026." in text


def test_an_answer_that_is_not_low_causes_no_alert(office: Office) -> None:
    alerting(office, "leads@example.org")
    answer(office, ease="3", satisfaction="3")
    assert alerts(office) == []


def test_an_answer_causes_one_alert_however_often_it_changes(office: Office) -> None:
    alerting(office, "leads@example.org")
    customer = answer(office, ease="4", satisfaction="4")
    for ease in ("1", "2"):
        asked = customer.send(ease=ease, satisfaction="1")
        change = customer.value_in(asked, "change")
        customer.send(ease=ease, satisfaction="1", change=change)
    assert len(customer.answers) == 3
    assert len(alerts(office)) == 1


def test_an_answer_that_is_not_stored_causes_no_alert(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerting(office, "leads@example.org")
    customer = Customer(office, office.invite())

    def fall_over(*_: object) -> None:
        raise RuntimeError("between answer and alert")

    monkeypatch.setattr("feedback_app.survey.low_answers.outbox.add", fall_over)
    office_client = customer.browser.application
    office_client.config["PROPAGATE_EXCEPTIONS"] = False
    assert customer.send(ease="1", satisfaction="1").status_code == 500
    assert customer.answers == []
    assert alerts(office) == []


def test_an_alert_is_retried_while_its_chat_is_down(office: Office, chat: Chat) -> None:
    alerting(office, chat.url)
    answer(office, ease="1", satisfaction="1")
    chat.refuses = 2
    for _ in range(3):
        worker._deliver(office.program, now)
        office.wait(minutes=5)
    assert len(chat.received) == 1
    (row,) = alerts(office)
    assert row["sent_at"]


def test_an_alert_is_refused_if_its_chat_is_not_in_the_settings(office: Office, chat: Chat) -> None:
    alerting(office, chat.url)
    answer(office, ease="1", satisfaction="1")
    alerting(office)
    worker._deliver(office.program, now)
    (row,) = alerts(office)
    assert row["refused_at"]
    assert "FEEDBACK_ALERT_URLS" in row["last_error"]


def test_alerts_are_sent_before_waiting_emails(office: Office, chat: Chat) -> None:
    alerting(office, chat.url)
    customer = Customer(office, office.invite("0001"))
    for number in range(30):
        office.receive(a_case(f"1{number:04}", contact_email=f"{number}@customer.example"))
    customer.send(ease="1", satisfaction="1")
    kinds = {row["id"]: row["kind"] for row in office.rows("outbox")}
    sent: list[str] = []

    class Watching:
        def __init__(self) -> None:
            self.sender = sender_for(office.program.settings)

        def send(self, message: Any) -> None:
            sent.append(kinds[message.id])
            self.sender.send(message)

        def discard(self, message_id: str) -> None:
            self.sender.discard(message_id)

        def close(self) -> None:
            self.sender.close()

    office.deliver(Watching())
    assert sent[0] == "alert"
    assert sent.count("closure") == 30


def test_markup_in_a_case_number_is_removed_from_a_chat_message(office: Office, chat: Chat) -> None:
    alerting(office, chat.url)
    answer(office, "<!channel> @here [x](https://x.example) *b* _i_", ease="1", satisfaction="1")
    worker._deliver(office.program, now)
    (received,) = chat.received
    for sign in "<>!@[]()*_":
        assert sign not in received["title"]


@pytest.mark.parametrize("name", ["www.x.example", "x.example/a", "sub.x.example", "//x.example"])
def test_a_chat_finds_no_web_address_in_a_case_number(
    office: Office, chat: Chat, name: str
) -> None:
    alerting(office, chat.url)
    answer(office, name, ease="1", satisfaction="1")
    worker._deliver(office.program, now)
    assert ".e" not in chat.received[0]["title"]


@pytest.mark.parametrize(
    ("team", "expected"),
    [
        ("Blue", ["blue@example.org"]),
        ("BLUE", ["blue@example.org"]),
        ("Second level", ["second@example.org", "too@example.org"]),
        ("Green", ["leads@example.org"]),
        (None, ["leads@example.org"]),
    ],
)
def test_an_alert_goes_to_the_team_of_the_case_or_else_to_the_leads(
    office: Office, team: str | None, expected: list[str]
) -> None:
    alerting(
        office,
        "leads@example.org",
        "blue=de:blue@example.org",
        "second%20level=second@example.org",
        "second%20level=too@example.org",
    )
    customer = Customer(office, office.invite("0001", team=team))
    customer.send(ease="1", satisfaction="1")
    assert sorted(row["recipient"] for row in alerts(office)) == expected


def test_an_alert_about_a_case_of_no_configured_team_reaches_somebody(office: Office) -> None:
    alerting(office, "blue=blue@example.org", "red=red@example.org")
    answer(office, ease="1", satisfaction="1")
    assert len(alerts(office)) == 2


def test_an_alert_is_in_the_language_of_its_receiver(office: Office, chat: Chat) -> None:
    alerting(office, "leads@example.org", "de:leitung@example.org", f"de:{chat.url}")
    answer(office, ease="1", satisfaction="2", contact_welcome="y")
    worker._deliver(office.program, now)
    mails = {mail["To"]: mail for path in office.mailbox.glob("*.eml") for mail in [_mail(path)]}
    assert mails["leads@example.org"]["Subject"] == "Low score for case 0001: CES 1, CSS 2"
    german = mails["leitung@example.org"]
    assert german["Content-Language"] == "de"
    assert german["Subject"] == chat.received[0]["title"]
    text = "Bitte melden Sie sich bis Donnerstag, 26. November 2026."
    for found in (german.get_content(), chat.received[0]["message"]):
        assert text in " ".join(found.split())


def _mail(path: Any) -> Any:
    return message_from_bytes(path.read_bytes(), policy=default)


@pytest.mark.parametrize(
    "wrong", ["leads", "blue=", "de:leads", "nonsense://host", "mailto:leads@example.org"]
)
def test_an_invalid_alert_receiver_stops_the_start(wrong: str) -> None:
    key = "a-key-for-tests-only-and-long-enough"
    with pytest.raises(SettingsError, match="FEEDBACK_ALERT_URLS"):
        read_settings(secret_keys=key, alert_urls=wrong)
    read_settings(secret_keys=key, alert_urls="leads@example.org json://127.0.0.1/a,b")
