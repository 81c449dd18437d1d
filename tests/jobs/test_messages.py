"""Emails are written when they are sent, with the present address, keys and texts."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from feedback_app.base.links import Links
from feedback_app.mail.mailbox import Mailbox
from feedback_app.mail.sender import NotDeliveredError, ReadyMessage
from tests.support.office import Office, a_case

NEW_KEY = "another-key-for-tests-and-long-enough"


def _sent(office: Office) -> EmailMessage:
    assert office.deliver() == 1
    (path,) = office.mailbox.glob("*.eml")
    return message_from_bytes(path.read_bytes(), policy=default)


def test_a_waiting_email_contains_the_present_address_and_key(office: Office) -> None:
    office.receive(a_case())
    office.program.settings.public_url = "https://moved.example"
    office.wait(hours=1)
    links = Links([NEW_KEY], valid_from=office.now)
    office.program = replace(office.program, links=links)
    mail = _sent(office)
    text = mail.get_body(("plain",)).get_content()
    assert "https://moved.example/f/" in text
    assert mail["List-Unsubscribe"].startswith("<https://moved.example/o/")
    assert "survey.example" not in text
    token = text.partition("https://moved.example/f/")[2].partition("?")[0]
    assert links.read("survey", token).subject == office.rows("invitations")[0]["id"]


def test_a_retry_has_the_same_message_id_and_date(office: Office) -> None:
    texts: list[str] = []

    class Down(Mailbox):
        def send(self, message: ReadyMessage) -> None:
            texts.append(message.text)
            raise NotDeliveredError("down")

    office.receive(a_case())
    for _ in range(3):
        office.deliver(Down(office.mailbox))
        office.wait(hours=2)
    heads = {
        (mail["Message-ID"], mail["Date"])
        for mail in (message_from_bytes(text.encode(), policy=default) for text in texts)
    }
    assert (len(texts), len(heads)) == (3, 1)


@pytest.mark.parametrize("recipient", ["a@b.example\r\nBcc: c@d.example", "no address"])
def test_a_message_that_cannot_be_written_is_refused_and_stops_no_other(
    office: Office, recipient: str
) -> None:
    office.receive(a_case("1", contact_email=recipient))
    office.receive(a_case("2"))
    assert office.deliver() == 1
    refused = [row["last_error"] for row in office.rows("outbox") if row["refused_at"]]
    assert refused == ["the recipient or a header of this email is not valid"]


def test_the_outbox_contains_no_text_of_an_email(office: Office) -> None:
    office.receive(a_case())
    (row,) = office.rows("outbox")
    assert "message" not in row
    assert "survey.example" not in str(row)
