"""Every message at least once, none lost: against a real SMTP server."""

import threading
from datetime import timedelta

import pytest
from office import NOW, Office, a_case

from feedback_app.outbox import GIVE_UP_AFTER, LEASE, pause_after
from feedback_app.postmen import MailServer, NotDeliveredError, OnlyTo, RefusedError
from feedback_app.records import OutboxMessage


class Noting:
    """A postman who notes what he carried, or fails as told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.carried = error, []

    def deliver(self, message: OutboxMessage) -> None:
        self.carried.append(message.id)
        if self.error:
            raise self.error

    def close(self) -> None:
        pass


def test_a_mail_reaches_a_real_server_and_starts_the_link(office: Office, smtp_sink) -> None:
    office.receive(a_case())
    office.wait(minutes=3)
    assert office.deliver(MailServer(smtp_sink.url)) == 1
    received = smtp_sink.messages[0]
    assert received["To"] == "contact@customer.example"
    assert received.get_body(("html",)) is not None
    invitation = office.invitation(office.rows("invitations")[0]["id"])
    assert invitation.handed_over_at == office.now
    assert invitation.expires_at == office.now + timedelta(days=14)


def test_delivering_again_sends_nothing_twice(office: Office, smtp_sink) -> None:
    office.receive(a_case())
    office.deliver(MailServer(smtp_sink.url))
    assert office.deliver(MailServer(smtp_sink.url)) == 0
    assert len(smtp_sink.messages) == 1


def test_without_a_mail_server_mails_land_in_the_mailbox(office: Office) -> None:
    office.receive(a_case())
    office.deliver()
    files = list(office.mailbox.iterdir())
    assert [file.suffix for file in files] == [".eml"]
    assert b"To: contact@customer.example" in files[0].read_bytes()


def test_a_server_that_is_down_loses_nothing(office: Office, smtp_sink) -> None:
    office.receive(a_case())
    assert office.deliver(MailServer("smtp://127.0.0.1:1")) == 0
    row = office.rows("outbox")[0]
    assert (row["attempts"], row["sent_at"]) == (1, None)
    assert "does not answer" in row["last_error"]
    assert office.deliver(MailServer(smtp_sink.url)) == 0, "the pause is not over"
    office.wait(minutes=1)
    assert office.deliver(MailServer(smtp_sink.url)) == 1


def test_a_server_that_says_later_is_tried_again(office: Office, smtp_sink) -> None:
    office.receive(a_case())
    smtp_sink.reply = "451 try later"
    assert office.deliver(MailServer(smtp_sink.url)) == 0
    smtp_sink.reply = None
    office.wait(minutes=1)
    assert office.deliver(MailServer(smtp_sink.url)) == 1


def test_a_refusal_for_good_is_set_aside_with_what_the_server_said(
    office: Office, smtp_sink
) -> None:
    office.receive(a_case())
    smtp_sink.reply = "550 no such mailbox"
    office.deliver(MailServer(smtp_sink.url))
    row = office.rows("outbox")[0]
    assert row["refused_at"] == "2026-11-24T12:00:00Z"
    assert "550 no such mailbox" in row["last_error"]
    office.wait(days=30)
    assert office.deliver(MailServer(smtp_sink.url)) == 0


def test_pauses_double_up_to_two_hours() -> None:
    pauses = [pause_after(attempts) / timedelta(minutes=1) for attempts in range(10)]
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 120, 120, 120]
    assert pause_after(10**6) == timedelta(hours=2)


def test_tries_go_on_for_at_least_72_hours_and_then_end(office: Office) -> None:
    office.receive(a_case())
    down = Noting(NotDeliveredError("down"))
    while not office.rows("outbox")[0]["refused_at"]:
        last_try = office.now
        office.deliver(down)
        office.wait(minutes=30)
    assert timedelta(hours=72) <= last_try - NOW <= GIVE_UP_AFTER + timedelta(hours=3)
    assert "given up: down" in office.rows("outbox")[0]["last_error"]


def test_a_worker_that_died_leaves_the_message_to_the_next_one(office: Office) -> None:
    office.receive(a_case())
    with pytest.raises(KeyboardInterrupt):
        office.deliver(Noting(KeyboardInterrupt()))
    heir = Noting()
    assert office.deliver(heir) == 0, "the lease still runs"
    office.now += LEASE
    assert office.deliver(heir) == 1
    assert heir.carried == [office.rows("outbox")[0]["id"]]


def test_many_workers_deliver_every_message_once(office: Office) -> None:
    for number in range(40):
        office.receive(a_case(str(number)))
    workers = [Noting() for _ in range(4)]
    threads = [threading.Thread(target=office.deliver, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    carried = [one for worker in workers for one in worker.carried]
    assert sorted(carried) == sorted(row["id"] for row in office.rows("outbox"))


def test_while_trying_out_only_listed_addresses_get_mail(office: Office) -> None:
    for number, address in enumerate(["A@team.example", "b@customer.example", "c@ok.example"]):
        office.receive(a_case(str(number), contact_email=address))
    real, instead = Noting(), Noting()
    office.deliver(OnlyTo(("a@team.example", "ok.example"), real, instead))
    assert (len(real.carried), len(instead.carried)) == (2, 1)
    assert all(row["sent_at"] for row in office.rows("outbox"))


def test_one_refused_message_does_not_hold_up_the_others(office: Office, smtp_sink) -> None:
    office.receive(a_case("1"))
    office.receive(a_case("2"))
    smtp_sink.refuse_next = "550 no"
    assert office.deliver(MailServer(smtp_sink.url)) == 1
    states = sorted(bool(row["sent_at"]) for row in office.rows("outbox"))
    assert states == [False, True]


def test_a_mailbox_that_cannot_be_written_is_a_passing_failure(office: Office) -> None:
    office.receive(a_case())
    office.mailbox.parent.mkdir(parents=True, exist_ok=True)
    office.mailbox.write_text("a file where the folder should be")
    assert office.deliver() == 0
    assert "cannot write into" in office.rows("outbox")[0]["last_error"]


def test_a_refusal_is_told_from_a_bad_password() -> None:
    server = MailServer("smtp://127.0.0.1:1")
    with pytest.raises(NotDeliveredError):
        server._after(535, b"bad password")
    with pytest.raises(RefusedError):
        server._after(554, b"no")
