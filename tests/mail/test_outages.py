"""If the mail server refuses us, all emails pause, none is lost or failed, and admins are told."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from feedback_app.base import times
from feedback_app.base.receivers import parse_receiver
from feedback_app.base.times import to_text
from feedback_app.jobs import worker
from feedback_app.mail.mailbox import Mailbox
from feedback_app.mail.routing import RoutingSender
from feedback_app.mail.sender import Sender
from feedback_app.mail.smtp import SMTPSender
from feedback_app.store import failed_emails, send_pauses
from tests.support.office import Office, a_case
from tests.support.recording_sender import RecordingSender
from tests.support.smtp_sink import HANG, SmtpSink

CHAT = "chat:0123456789abcdef"


def receive(office: Office, number: int, domain: str = "customer.example") -> None:
    office.receive(a_case(str(number), contact_email=f"contact{number}@{domain}"))
    office.wait(seconds=1)


def deliver(office: Office, sink: SmtpSink) -> int:
    return deliver_by(office, SMTPSender(sink.url))


def deliver_by(office: Office, email: Sender) -> int:
    """Deliver everything that is due, and return the number of emails."""
    chats = RecordingSender()
    sender = RoutingSender(email, Mailbox(office.mailbox), chats)  # type: ignore[arg-type]
    return office.deliver(sender, announce_to=[CHAT]) - len(chats.sent)


def emails(office: Office) -> list[dict[str, object]]:
    """Return the emails of the outbox, oldest first."""
    rows = [row for row in office.rows("outbox") if row["recipient"] != CHAT]
    return sorted(rows, key=lambda row: row["created_at"])


def alarms(office: Office) -> int:
    return sum(row["recipient"] == CHAT for row in office.rows("outbox"))


@pytest.mark.parametrize(
    "reply", ["550 5.7.1 sender not allowed", "530 sign in first", "451 4.7.1 too many emails"]
)
def test_a_refused_sender_pauses_all_emails_and_marks_none_as_failed(
    office: Office, smtp_sink: SmtpSink, reply: str
) -> None:
    for number in range(5):
        receive(office, number)
    smtp_sink.reply_to_sender = reply
    for _ in range(12):
        assert deliver(office, smtp_sink) == 0
        office.wait(minutes=10)
    assert {(row["attempts"], row["refused_at"]) for row in emails(office)} == {(0, None)}
    smtp_sink.reply_to_sender = "250 OK"
    office.wait(minutes=15)
    assert deliver(office, smtp_sink) == 5
    assert office.rows("send_pauses") == []
    assert len(smtp_sink.ids) == len(set(smtp_sink.ids)) == 5


def test_pauses_grow_from_one_to_fifteen_minutes_and_one_email_is_tried_after_each(
    office: Office, smtp_sink: SmtpSink
) -> None:
    for number in range(3):
        receive(office, number)
    smtp_sink.reply_to_sender = "550 5.7.1 sender not allowed"
    tried, started = [], office.now
    for _ in range(50):
        before = len(smtp_sink.connections)
        deliver(office, smtp_sink)
        deliver(office, smtp_sink)
        if len(smtp_sink.connections) > before:
            assert len(smtp_sink.connections) == before + 1
            tried.append((office.now - started) // timedelta(minutes=1))
        office.wait(minutes=1)
    assert tried == [0, 1, 3, 7, 15, 30, 45]


def test_admins_are_told_once_by_chat_and_in_the_log_without_addresses(
    office: Office, smtp_sink: SmtpSink, caplog: pytest.LogCaptureFixture
) -> None:
    receive(office, 1)
    smtp_sink.reply_to_sender = "550 5.7.1 <support@spryker.com> is not allowed"
    for _ in range(5):
        deliver(office, smtp_sink)
        office.wait(minutes=15)
    errors = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert errors == ["all emails pause: 550 5.7.1 <…> is not allowed"]
    assert alarms(office) == 1
    smtp_sink.reply_to_sender = "250 OK"
    assert deliver(office, smtp_sink) == 1
    smtp_sink.reply_to_sender = "550 5.7.1 not allowed"
    receive(office, 2)
    deliver(office, smtp_sink)
    assert alarms(office) == 2


def test_the_alarm_reaches_the_chat_while_emails_pause(office: Office, chat, smtp_sink) -> None:
    settings = office.program.settings.model_copy(
        update={
            "alert_urls": (SecretStr(chat.url), SecretStr("leads@example.org")),
            "smtp_url": SecretStr(smtp_sink.url),
        }
    )
    office.program = replace(office.program, settings=settings)
    smtp_sink.reply_to_sender = "550 5.7.1 not allowed"
    receive(office, 1)
    assert worker._deliver(office.program, times.now) == 1
    (message,) = chat.received
    assert message["title"] == "No emails are being sent"
    assert "550 5.7.1 not allowed" in message["message"]
    assert {row["recipient"] for row in office.rows("outbox") if row["sent_at"]} == {
        parse_receiver(chat.url).recipient
    }


def test_a_server_that_is_away_for_two_minutes_is_no_alarm_but_for_longer_it_is(
    office: Office,
) -> None:
    receive(office, 1)
    told = []
    for _ in range(4):
        deliver_by(office, SMTPSender("smtp://127.0.0.1:1"))
        told.append(alarms(office))
        office.wait(minutes=15)
    assert told == [0, 0, 1, 1]
    assert emails(office)[0]["attempts"] == 0


def test_a_server_that_hangs_is_tried_once_and_not_once_for_each_email(
    office: Office, smtp_sink: SmtpSink
) -> None:
    for number in range(5):
        receive(office, number)
    smtp_sink.plan = [HANG, HANG]
    assert office.deliver(SMTPSender(smtp_sink.url, timeout_seconds=0.5)) == 0
    assert smtp_sink.plan == [HANG]
    assert sorted(row["attempts"] for row in emails(office)) == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("reply", ["550 5.7.1 relaying denied", "554 5.7.1 your IP is listed"])
def test_a_policy_refusal_of_every_recipient_is_about_us_and_fails_no_email(
    office: Office, smtp_sink: SmtpSink, reply: str
) -> None:
    for number in range(6):
        receive(office, number)
    smtp_sink.reply_to_recipients = reply
    for _ in range(10):
        deliver(office, smtp_sink)
        office.wait(minutes=15)
    assert {(row["attempts"], row["refused_at"]) for row in emails(office)} == {(0, None)}
    assert alarms(office) == 1
    smtp_sink.reply_to_recipients = "250 OK"
    assert deliver(office, smtp_sink) == 6


def test_refusals_one_by_one_are_recognised_as_about_us_too(
    office: Office, smtp_sink: SmtpSink
) -> None:
    smtp_sink.reply_to_recipients = "550 5.7.1 sender not allowed"
    for number in range(3):
        receive(office, number)
        deliver(office, smtp_sink)
        office.wait(hours=1)
    assert [row["refused_at"] for row in emails(office)] == [None] * 3
    assert send_pauses.find(office.program.database)


def test_replies_without_a_status_code_are_about_us_if_three_domains_give_them(
    office: Office, smtp_sink: SmtpSink
) -> None:
    smtp_sink.reply_to_recipients = "550 sender not allowed"
    for number in range(4):
        receive(office, number)
    deliver(office, smtp_sink)
    assert send_pauses.find(office.program.database) is None
    assert all(row["refused_at"] for row in emails(office)), "no such mailboxes at one domain"
    for number in range(4, 7):
        receive(office, number, f"customer{number}.example")
    deliver(office, smtp_sink)
    assert send_pauses.find(office.program.database)
    assert all(row["refused_at"] is None for row in emails(office))
    assert all(row["bounced_at"] is None for row in office.rows("invitations"))


def test_a_message_that_alone_is_refused_stays_refused(office: Office, smtp_sink: SmtpSink) -> None:
    for number in range(7):
        receive(office, number, f"customer{number % 2}.example")
    smtp_sink.replies_to = {"customer1.example": "550 5.7.1 not wanted here"}
    assert deliver(office, smtp_sink) == 4
    assert sum(row["refused_at"] is not None for row in emails(office)) == 3
    assert office.rows("send_pauses") == []
    assert alarms(office) == 0


def test_refusals_that_were_undone_by_mistake_become_final(
    office: Office, smtp_sink: SmtpSink
) -> None:
    for number in range(3):
        receive(office, number, f"gone{number}.example")
    smtp_sink.replies_to = {f"gone{number}.example": "550 no mailbox" for number in range(3)}
    deliver(office, smtp_sink)
    assert failed_emails.find(office.program.database) == []
    receive(office, 3)
    for _ in range(6):
        office.wait(minutes=15)
        deliver(office, smtp_sink)
    assert len(smtp_sink.messages) == 1
    assert len(failed_emails.find(office.program.database)) == 3
    assert alarms(office) == 1


def test_a_pause_holds_for_other_workers_and_after_a_restart(
    office: Office, smtp_sink: SmtpSink
) -> None:
    receive(office, 1)
    receive(office, 2)
    smtp_sink.reply_to_sender = "550 5.7.1 sender not allowed"
    deliver(office, smtp_sink)
    smtp_sink.reply_to_sender = "250 OK"
    assert deliver(office, smtp_sink) == 0, "a new sender, as after a restart"
    office.wait(minutes=1)
    assert deliver(office, smtp_sink) == 2


def test_only_one_worker_tries_an_email_after_a_pause(office: Office, smtp_sink) -> None:
    receive(office, 1)
    receive(office, 2)
    with office.program.database.write() as tx:
        send_pauses.extend(tx, send_pauses.ALL, "550 5.7.1 no", office.now)
    office.wait(minutes=2)
    others = []

    class First(SMTPSender):
        def send(self, message) -> None:
            others.append(deliver(office, smtp_sink))
            super().send(message)

    assert office.deliver(First(smtp_sink.url)) == 2
    assert others[0] == 0


def test_a_domain_that_is_busy_waits_with_growing_pauses_while_others_go_on(
    office: Office, smtp_sink: SmtpSink
) -> None:
    smtp_sink.replies_to = {"slow.example": "451 4.7.1 slow down"}
    for number in range(3):
        receive(office, number, "slow.example")
    for number in range(3, 6):
        receive(office, number)
    assert deliver(office, smtp_sink) == 3
    slow = [row for row in emails(office) if str(row["recipient"]).endswith("@slow.example")]
    assert sorted(row["attempts"] for row in slow) == [0, 0, 1], "one asked, the others wait"
    until = [office.rows("send_pauses")[0]["until"]]
    for _ in range(3):
        office.wait(minutes=16)
        deliver(office, smtp_sink)
        until.append(office.rows("send_pauses")[0]["until"])
    assert until[-1] == to_text(office.now + timedelta(minutes=8))
    smtp_sink.replies_to = {}
    office.wait(hours=3)
    assert deliver(office, smtp_sink) == 3
    assert office.rows("send_pauses") == []


@pytest.mark.parametrize("reply", ["421 busy", "452 4.3.1 full", "450 4.7.0 later"])
def test_these_replies_slow_a_domain_down(office: Office, smtp_sink, reply: str) -> None:
    smtp_sink.replies_to = {"slow.example": reply}
    receive(office, 1, "slow.example")
    deliver(office, smtp_sink)
    assert [row["domain"] for row in office.rows("send_pauses")] == ["slow.example"]


def test_a_busy_mailbox_slows_nobody_else_down(office: Office, smtp_sink: SmtpSink) -> None:
    smtp_sink.replies_to = {"slow.example": "450 4.2.1 mailbox busy"}
    receive(office, 1, "slow.example")
    deliver(office, smtp_sink)
    assert office.rows("send_pauses") == []
