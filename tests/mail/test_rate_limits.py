"""Emails per hour, in all and to one domain, are limited for all workers together."""

import threading
from collections import Counter

from feedback_app.mail.notifications import OUTAGE, queue_for_leads
from feedback_app.mail.sender import ReadyMessage
from feedback_app.store.outbox_claims import RateLimits, domain_of
from tests.support.office import Office, a_case
from tests.support.recording_sender import RecordingSender


class Recipients(RecordingSender):
    """Notes the recipients."""

    def send(self, message: ReadyMessage) -> None:
        self.sent.append(message.recipient)


def receive(office: Office, emails: int, domains: int = 3) -> None:
    for number in range(emails):
        address = f"contact{number}@Customer{number % domains}.example"
        office.receive(a_case(str(number), contact_email=address))


def run_workers(office: Office, limits: RateLimits, workers: int = 3) -> list[str]:
    """Let several workers deliver at the same time; return the recipients."""
    senders = [Recipients() for _ in range(workers)]
    threads = [
        threading.Thread(target=office.deliver, args=(sender,), kwargs={"limits": limits})
        for sender in senders
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [recipient for sender in senders for recipient in sender.sent]


def test_three_workers_together_send_no_more_than_the_limit_in_any_hour(office: Office) -> None:
    receive(office, 60)
    limits = RateLimits(per_hour=25)
    assert len(run_workers(office, limits)) == 25
    office.wait(minutes=59)
    assert run_workers(office, limits) == []
    office.wait(minutes=2)
    assert len(run_workers(office, limits)) == 25
    office.wait(minutes=61)
    assert len(run_workers(office, limits)) == 10


def test_three_workers_together_keep_the_limit_of_each_domain(office: Office) -> None:
    receive(office, 60)
    limits = RateLimits(per_hour_and_domain=7)
    sent = run_workers(office, limits)
    assert Counter(map(domain_of, sent)) == dict.fromkeys(
        ("customer0.example", "customer1.example", "customer2.example"), 7
    )
    assert len(set(sent)) == 21
    office.wait(minutes=61)
    assert len(run_workers(office, limits)) == 21


def test_both_limits_hold_together(office: Office) -> None:
    receive(office, 60)
    sent = run_workers(office, RateLimits(per_hour=10, per_hour_and_domain=5))
    assert len(sent) == 10
    assert max(Counter(map(domain_of, sent)).values()) <= 5


def test_without_limits_all_emails_are_sent(office: Office) -> None:
    receive(office, 30)
    assert len(run_workers(office, RateLimits())) == 30


def test_a_chat_gets_its_messages_although_the_limit_for_emails_is_reached(office: Office) -> None:
    receive(office, 1)
    with office.program.database.write() as tx:
        queue_for_leads(tx, OUTAGE, ["chat:0123"], office.now)
    sent = run_workers(office, RateLimits(per_hour=1), workers=1)
    assert sorted(sent) == ["chat:0123", "contact0@Customer0.example"]
