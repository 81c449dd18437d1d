"""Every message is sent at least once and none is lost: tests with a real SMTP server."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_app.base import times
from feedback_app.base.links import new_id
from feedback_app.base.times import to_text
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.mail import delivery
from feedback_app.mail.delivery import GIVE_UP_AFTER, LONGEST_SEND, retry_pause
from feedback_app.mail.mailbox import Mailbox
from feedback_app.mail.routing import ChatSender, RoutingSender
from feedback_app.mail.sender import (
    NoSuchRecipientError,
    NotDeliveredError,
    ReadyMessage,
    RefusedError,
)
from feedback_app.mail.smtp import SMTPSender
from feedback_app.store import failed_emails
from feedback_app.store.outbox_claims import BATCH_SIZE
from feedback_app.survey.renewals import renew
from tests.support.kill_workers import WORKERS, kill_workers
from tests.support.office import NOW, Customer, Office, a_case
from tests.support.recording_sender import RecordingSender
from tests.support.smtp_sink import DROP, DROP_AFTER_DATA, SmtpSink
from tests.support.some import some

KILLED = "the worker is killed"


def test_sending_the_email_starts_the_link_lifetime(office: Office, smtp_sink) -> None:
    office.receive(a_case())
    office.wait(minutes=3)
    assert office.deliver(SMTPSender(smtp_sink.url)) == 1
    received = smtp_sink.messages[0]
    assert received["To"] == "contact@customer.example"
    assert received.get_body(("html",)) is not None
    invitation = office.invitation(office.rows("invitations")[0]["id"])
    assert invitation.handed_over_at == office.now
    assert invitation.expires_at == office.now + timedelta(days=14)


def test_delivering_again_sends_nothing_twice(office: Office, smtp_sink) -> None:
    office.receive(a_case())
    office.deliver(SMTPSender(smtp_sink.url))
    assert office.deliver(SMTPSender(smtp_sink.url)) == 0
    assert len(smtp_sink.messages) == 1


def test_without_a_mail_server_emails_are_written_to_the_mailbox(office: Office) -> None:
    office.receive(a_case())
    office.deliver()
    files = list(office.mailbox.iterdir())
    assert [file.suffix for file in files] == [".eml"]
    assert b"To: contact@customer.example" in files[0].read_bytes()


def test_an_email_is_retried_after_the_server_was_down(office: Office, smtp_sink) -> None:
    office.receive(a_case())
    assert office.deliver(SMTPSender("smtp://127.0.0.1:1")) == 0
    row = office.rows("outbox")[0]
    assert (row["attempts"], row["sent_at"]) == (0, None)
    assert "does not answer" in row["last_error"]
    assert office.deliver(SMTPSender(smtp_sink.url)) == 0, "the pause is not over"
    office.wait(minutes=1)
    assert office.deliver(SMTPSender(smtp_sink.url)) == 1


def test_a_temporary_failure_is_retried(office: Office, smtp_sink) -> None:
    office.receive(a_case())
    smtp_sink.reply = "451 try later"
    assert office.deliver(SMTPSender(smtp_sink.url)) == 0
    smtp_sink.reply = "250 OK"
    office.wait(minutes=1)
    assert office.deliver(SMTPSender(smtp_sink.url)) == 1


def test_a_permanent_failure_is_stored_with_the_servers_reply(office: Office, smtp_sink) -> None:
    office.receive(a_case())
    smtp_sink.reply = "550 no such mailbox"
    office.deliver(SMTPSender(smtp_sink.url))
    row = office.rows("outbox")[0]
    assert row["refused_at"] == "2026-11-24T12:00:00Z"
    assert "550 no such mailbox" in row["last_error"]
    office.wait(days=30)
    assert office.deliver(SMTPSender(smtp_sink.url)) == 0


def test_accepted_emails_are_recorded_once_the_database_is_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in "123":
        office.receive(a_case(number, contact_email=f"{number}@customer.example"))
    database, sender = office.program.database, RecordingSender()
    away: list[bool] = []

    def failing(method):
        def call(*words, **values):
            if away:
                raise DatabaseUnavailableError("PostgreSQL is not available")
            return method(*words, **values)

        return call

    def send(message: ReadyMessage) -> None:
        RecordingSender.send(sender, message)
        if len(sender.sent) == 2:
            away.append(True)

    for name in ("ask", "write"):
        monkeypatch.setattr(database, name, failing(getattr(database, name)))
    monkeypatch.setattr(sender, "send", send)
    monkeypatch.setattr(delivery.time, "sleep", lambda seconds: away.clear())
    with pytest.raises(DatabaseUnavailableError):
        office.deliver(sender)
    sent = {row["id"] for row in office.rows("outbox") if row["sent_at"]}
    assert sent == set(sender.sent) and len(sent) == 2


def test_pauses_double_up_to_two_hours() -> None:
    pauses = [retry_pause(attempts) / timedelta(minutes=1) for attempts in range(10)]
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 120, 120, 120]
    assert retry_pause(10**6) == timedelta(hours=2)


def test_retries_continue_for_at_least_72_hours_and_then_end(office: Office) -> None:
    office.receive(a_case())
    down = RecordingSender(NotDeliveredError("down"))
    while not office.rows("outbox")[0]["refused_at"]:
        last_try = office.now
        office.deliver(down)
        office.wait(minutes=30)
    assert timedelta(hours=72) <= last_try - NOW <= GIVE_UP_AFTER + timedelta(hours=3)
    assert "given up: down" in office.rows("outbox")[0]["last_error"]


def test_a_message_that_waited_long_for_a_worker_is_not_given_up_after_one_try(
    office: Office,
) -> None:
    office.receive(a_case())
    office.now += GIVE_UP_AFTER + timedelta(days=1)
    office.deliver(RecordingSender(NotDeliveredError("down")))
    assert office.rows("outbox")[0]["refused_at"] is None
    office.now += timedelta(hours=3)
    assert office.deliver() == 1


def test_an_unexpected_error_does_not_stop_the_other_messages(
    office: Office,
) -> None:
    class Stumbling(RecordingSender):
        def send(self, message: ReadyMessage) -> None:
            if message.recipient == "odd@customer.example":
                raise UnicodeError("nobody thought of odd@customer.example")
            super().send(message)

    office.receive(a_case("1", contact_email="odd@customer.example"))
    office.wait(minutes=1)
    office.receive(a_case("2"))
    assert office.deliver(Stumbling()) == 1
    odd, other = sorted(office.rows("outbox"), key=lambda row: row["created_at"])
    assert other["sent_at"]
    assert (odd["attempts"], odd["claimed_until"]) == (1, None)
    assert odd["last_error"] == "unexpected error: UnicodeError"


def test_the_next_worker_sends_the_messages_of_one_that_died(office: Office) -> None:
    office.receive(a_case())
    with pytest.raises(KeyboardInterrupt):
        office.deliver(RecordingSender(KeyboardInterrupt()))
    successor = RecordingSender()
    assert office.deliver(successor) == 0, "the lease still runs"
    end_leases(office)
    assert office.deliver(successor) == 1
    assert successor.sent == [office.rows("outbox")[0]["id"]]


def end_leases(office: Office) -> None:
    """Let the leases of all claimed messages run out."""
    with office.program.database.write() as tx:
        past = tx.now() - timedelta(seconds=1)
        tx.run("UPDATE outbox SET claimed_until = :past WHERE claimed_until > :past", past=past)


@pytest.mark.parametrize("hours", [-1, 1])
@pytest.mark.parametrize("is_first_wrong", [True, False])
def test_a_worker_whose_clock_is_an_hour_wrong_sends_nothing_twice(
    office: Office, hours: int, is_first_wrong: bool
) -> None:
    for number in range(3):
        office.receive(a_case(str(number)))
    office.wait(hours=2)

    def wrong_clock() -> datetime:
        return office.now + timedelta(hours=hours)

    other = RecordingSender()

    class First(RecordingSender):
        def send(self, message: ReadyMessage) -> None:
            super().send(message)
            clock = times.now if is_first_wrong else wrong_clock
            assert office.deliver(other, clock=clock) == 0

    first = First()
    assert office.deliver(first, clock=wrong_clock if is_first_wrong else times.now) == 3
    assert (len(first.sent), other.sent) == (3, [])


def test_many_workers_send_every_message_once(office: Office) -> None:
    for number in range(40):
        office.receive(a_case(str(number), contact_email=f"{number}@customer.example"))
    workers = [RecordingSender() for _ in range(4)]
    threads = [threading.Thread(target=office.deliver, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [one for worker in workers for one in worker.sent]
    assert sorted(sent) == sorted(row["id"] for row in office.rows("outbox"))


def test_only_allowed_addresses_get_emails_during_a_trial(office: Office) -> None:
    for number, address in enumerate(["A@team.example", "b@customer.example", "c@ok.example"]):
        office.receive(a_case(str(number), contact_email=address))
    real, instead = RecordingSender(), RecordingSender()
    allowed = ("a@team.example", "ok.example")
    office.deliver(RoutingSender(real, instead, ChatSender([]), allowed))
    assert (len(real.sent), len(instead.sent)) == (2, 1)
    assert all(row["sent_at"] for row in some(office.rows("outbox")))


def test_a_refused_message_does_not_block_the_others(office: Office, smtp_sink) -> None:
    office.receive(a_case("1"))
    office.receive(a_case("2"))
    smtp_sink.plan = ["550 no"]
    assert office.deliver(SMTPSender(smtp_sink.url)) == 1
    states = sorted(bool(row["sent_at"]) for row in office.rows("outbox"))
    assert states == [False, True]


def test_a_mailbox_that_cannot_be_written_is_a_temporary_failure(office: Office) -> None:
    office.receive(a_case())
    office.mailbox.parent.mkdir(parents=True, exist_ok=True)
    office.mailbox.write_text("a file where the folder should be")
    assert office.deliver() == 0
    assert "cannot write to" in office.rows("outbox")[0]["last_error"]


def test_a_mail_server_that_hangs_does_not_block_the_survey(office: Office, smtp_sink) -> None:
    customer = Customer(office, office.invite("1"))
    office.receive(a_case("2"))
    office.wait(minutes=5)
    reached, release = threading.Event(), threading.Event()

    class Hanging(RecordingSender):
        def send(self, message: ReadyMessage) -> None:
            reached.set()
            release.wait(60)

    worker = threading.Thread(target=office.deliver, args=(Hanging(),))
    worker.start()
    assert reached.wait(60)
    try:
        assert customer.send(ease="4", satisfaction="5").status_code == 303
        assert office.receive(a_case("3")).outcome == "new"
    finally:
        release.set()
        worker.join()
    assert [answer.ease for answer in customer.answers] == [4]


def test_the_email_of_a_superseded_closing_is_not_sent(office: Office) -> None:
    office.receive(a_case(closed_at=NOW - timedelta(days=3)))
    office.receive(a_case())
    sender = RecordingSender()
    assert office.deliver(sender) == 1
    withdrawn, sent = sorted(office.rows("outbox"), key=lambda row: row["sent_at"] or "")
    assert sender.sent == [sent["id"]]
    assert withdrawn["last_error"] == "withdrawn: the case was closed again"


def test_no_message_is_started_shortly_before_its_lease_ends(office: Office) -> None:
    for number in range(12):
        office.receive(a_case(str(number)))

    class Slow(RecordingSender):
        def send(self, message: ReadyMessage) -> None:
            super().send(message)
            with office.program.database.write() as tx:
                clock = tx.now()
            row = next(row for row in office.rows("outbox") if row["id"] == message.id)
            assert row["claimed_until"] >= to_text(clock + LONGEST_SEND)
            office.wait(minutes=1.5)

    slow = Slow()
    assert office.deliver(slow) == 12
    assert sorted(slow.sent) == sorted(row["id"] for row in office.rows("outbox"))


FAULTS = ["250 OK", "451 later", "421 too busy", "550 no", DROP, DROP_AFTER_DATA, KILLED]


@given(
    plan=st.lists(st.sampled_from(FAULTS), max_size=25),
    workers=st.integers(1, 3),
    messages=st.integers(1, 6),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_failures_every_message_arrives_or_is_refused(
    sqlite_office: Office, smtp_sink: SmtpSink, plan: list[str], workers: int, messages: int
) -> None:
    office = sqlite_office
    known = {row["id"] for row in office.rows("outbox")}
    for _ in range(messages):
        office.receive(a_case(new_id()))
    ours = {row["id"] for row in office.rows("outbox")} - known
    smtp_sink.plan = [one for one in plan if one != KILLED]
    kills = plan.count(KILLED)
    for _ in range(40):
        for _ in range(workers):
            sender = Killable(smtp_sink.url, dies=kills > 0)
            kills -= 1
            with suppress(KeyboardInterrupt):
                office.deliver(sender)
        office.wait(hours=2)
    rows = {row["id"]: row for row in office.rows("outbox") if row["id"] in ours}
    arrived = set(smtp_sink.ids) & ours
    refused = {key for key, row in rows.items() if row["refused_at"]}
    assert arrived | refused == ours, "none is lost"
    assert {key for key, row in rows.items() if row["sent_at"]} == ours - refused
    assert len(refused) <= plan.count("550 no")


class Killable(SMTPSender):
    """A sender whose worker is killed after its first message, if `dies`."""

    def __init__(self, url: str, dies: bool) -> None:
        super().__init__(url)
        self._dies = dies

    def send(self, message: ReadyMessage) -> None:
        super().send(message)
        if self._dies:
            raise KeyboardInterrupt


def test_killed_workers_lose_no_email(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    found = kill_workers(tmp_path, smtp_sink, emails=90, kills=3)
    assert found.lost == 0
    assert found.killed == 3
    assert found.arrived == 90
    assert found.repeated <= found.killed * WORKERS * BATCH_SIZE


def test_a_message_erased_while_another_is_delivered_is_not_sent(office: Office) -> None:
    for number in ("1", "2"):
        office.receive(a_case(number))
        office.wait(seconds=1)

    class Meanwhile(RecordingSender):
        def send(self, message: ReadyMessage) -> None:
            super().send(message)
            office.erase("2")

    sender = Meanwhile()
    assert office.deliver(sender) == 1
    assert len(sender.sent) == 1
    assert [bool(row["sent_at"]) for row in office.rows("outbox")].count(True) == 1


def test_a_message_erased_while_it_is_sent_is_deleted_from_the_mailbox(
    office: Office,
) -> None:
    office.receive(a_case("1"))

    class Meanwhile(Mailbox):
        def send(self, message: ReadyMessage) -> None:
            office.erase("1")
            super().send(message)

    office.deliver(Meanwhile(office.mailbox))
    assert list(office.mailbox.iterdir()) == []


@pytest.mark.parametrize("failure", [NotDeliveredError, RefusedError])
def test_the_servers_reply_to_an_erased_message_is_not_stored(
    office: Office, failure: type[Exception]
) -> None:
    office.receive(a_case("1"))

    class Meanwhile(RecordingSender):
        def send(self, message: ReadyMessage) -> None:
            office.erase("1")
            raise failure(f"<{message.recipient}> is not here")

    office.deliver(Meanwhile())
    assert "contact@customer.example" not in str(office.rows("outbox"))
    office.wait(hours=3)
    assert office.deliver(RecordingSender()) == 0


def test_a_worker_that_is_stopped_starts_no_other_message_and_releases_the_rest(
    office: Office,
) -> None:
    for number in range(15):
        office.receive(a_case(str(number)))
    sender, next_worker = RecordingSender(), RecordingSender()
    assert office.deliver(sender, stopping=lambda: len(sender.sent) == 3) == 3
    assert len(sender.sent) == 3
    assert office.deliver(next_worker) == 12
    assert {row["attempts"] for row in office.rows("outbox")} == {0}


@pytest.mark.parametrize(
    ("reply", "bounced"),
    [
        ("550 5.1.1 <contact@customer.example> unknown", True),
        ("553 no such mailbox", True),
        ("550 5.7.1 relaying denied", False),
        ("450 4.2.1 try later", False),
        ("250 OK", False),
    ],
)
def test_only_a_recipient_refused_for_good_counts_as_bounced(
    office: Office, smtp_sink: SmtpSink, reply: str, bounced: bool
) -> None:
    office.receive(a_case("1"))
    smtp_sink.reply_to_recipients = reply
    office.deliver(SMTPSender(smtp_sink.url))
    assert (office.rows("invitations")[0]["bounced_at"] is not None) == bounced
    assert (office.rows("outbox")[0]["refused_at"] is not None) == reply.startswith("5")


def test_a_survey_sent_again_while_its_first_email_is_refused_is_not_marked_as_bounced(
    office: Office,
) -> None:
    receipt = office.receive(a_case())

    class RenewedBeforeTheReply(RecordingSender):
        def send(self, message: ReadyMessage) -> None:
            with office.program.database.write() as tx:
                renew(office.program, tx, receipt.invitation_id or "", "lead", office.now)
            super().send(message)

    sender = RenewedBeforeTheReply(NoSuchRecipientError("550 5.1.1 unknown"))
    office.deliver(sender, stopping=lambda: bool(sender.sent))
    assert office.rows("invitations")[0]["bounced_at"] is None


def test_a_withdrawn_email_is_not_listed_as_failed(office: Office, smtp_sink: SmtpSink) -> None:
    receipt = office.receive(a_case())
    smtp_sink.reply_to_recipients = "450 4.2.1 try later"
    office.deliver(SMTPSender(smtp_sink.url))
    with office.program.database.write() as tx:
        renew(office.program, tx, receipt.invitation_id or "", "lead", office.now)
    assert failed_emails.find(office.program.database) == []


def test_a_message_refused_after_its_recipient_was_accepted_is_not_a_bounce(
    office: Office, smtp_sink: SmtpSink
) -> None:
    office.receive(a_case("1"))
    smtp_sink.plan = ["554 not wanted"]
    office.deliver(SMTPSender(smtp_sink.url))
    assert office.rows("outbox")[0]["refused_at"]
    assert office.rows("invitations")[0]["bounced_at"] is None
