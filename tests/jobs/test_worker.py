"""The worker runs every timed job, survives a lost database, and stops on a signal."""

import itertools
import logging
import re
import signal
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from feedback_app.base import times
from feedback_app.commands.serving import worker_command
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.jobs import worker
from feedback_app.mail.mailbox import Mailbox
from feedback_app.mail.sender import NotDeliveredError, ReadyMessage, RefusedError
from tests.support.office import Office, a_case
from tests.support.server import environment, feedback


def test_one_run_sends_emails_and_ends_lifetimes(office: Office) -> None:
    office.receive(a_case("00000001"))
    done = worker.run_once(office.program, times.now)
    assert done["messages sent"] == 1
    assert [path.suffix for path in office.mailbox.iterdir()] == [".eml"]
    office.wait(days=office.program.facts.period("contact").days + 1)
    done = worker.run_once(office.program, times.now)
    assert done["records past retention erased"] >= 1
    assert office.rows("cases")[0]["contact_email"] is None


def test_an_unavailable_database_is_logged_and_the_job_retried(
    sqlite_office: Office, monkeypatch, caplog
) -> None:
    turns = []

    def away(program, clock) -> int:
        turns.append(1)
        if len(turns) == 1:
            raise DatabaseUnavailableError("PostgreSQL does not answer")
        signal.raise_signal(signal.SIGTERM)
        return 3

    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    job = worker.Job("deliver", timedelta(0), away, "messages sent")
    monkeypatch.setattr(worker, "JOBS", (job,))
    monkeypatch.setattr(worker, "_POLL_SECONDS", 0.01)
    with caplog.at_level(logging.INFO):
        worker.run_forever(sqlite_office.program, times.now)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    assert len(turns) == 2
    assert "deliver: PostgreSQL does not answer; trying again" in caplog.text
    assert "deliver: 3 messages sent" in caplog.text


def test_a_failing_job_does_not_end_the_worker_and_logs_no_address(
    sqlite_office: Office, monkeypatch, caplog
) -> None:
    def broken(program, clock) -> int:
        raise ValueError("somebody@customer.example")

    def last(program, clock) -> int:
        signal.raise_signal(signal.SIGTERM)
        return 0

    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    every = timedelta(hours=1)
    jobs = (worker.Job("retention", every, broken, ""), worker.Job("deliver", every, last, ""))
    monkeypatch.setattr(worker, "JOBS", jobs)
    monkeypatch.setattr(worker, "_POLL_SECONDS", 0.01)
    worker.run_forever(sqlite_office.program, times.now)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    assert "retention: ValueError at " in caplog.text
    assert "somebody@customer.example" not in caplog.text


def test_jobs_run_when_they_are_due_although_the_clock_is_set_back(
    sqlite_office: Office, monkeypatch
) -> None:
    hours, runs = itertools.count(), []

    def clock() -> datetime:
        hour = next(hours)
        if hour == 100:
            signal.raise_signal(signal.SIGTERM)
        return times.now() - timedelta(hours=hour)

    def run(program, clock) -> int:
        runs.append(1)
        if len(runs) == 3:
            signal.raise_signal(signal.SIGTERM)
        return 0

    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    monkeypatch.setattr(worker, "JOBS", (worker.Job("deliver", timedelta(0), run, ""),))
    monkeypatch.setattr(worker, "_POLL_SECONDS", 0.01)
    worker.run_forever(sqlite_office.program, clock)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    assert len(runs) == 3


def test_a_stopped_worker_starts_no_other_email(sqlite_office: Office, monkeypatch) -> None:
    tried = []

    class Silent(Mailbox):
        def send(self, message: ReadyMessage) -> None:
            tried.append(message.id)
            signal.raise_signal(signal.SIGTERM)
            raise NotDeliveredError("the mail server does not answer: timed out")

    for number in ("1", "2", "3"):
        sqlite_office.receive(a_case(number))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    monkeypatch.setattr(worker, "sender_for", lambda settings: Silent(sqlite_office.mailbox))
    monkeypatch.setattr(worker, "_POLL_SECONDS", 0.01)
    worker.run_forever(sqlite_office.program, times.now)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    assert len(tried) == 1
    assert [row["claimed_until"] for row in sqlite_office.rows("outbox")] == [None] * 3


def test_waiting_and_rejected_messages_are_listed_with_their_case_without_addresses(
    office: Office, smtp_sink, monkeypatch, caplog
) -> None:
    office.receive(a_case("0007"))
    office.receive(a_case("0008", contact_email="other@customer.example"))
    smtp_sink.plan = ["550 <contact@customer.example> is not wanted", "451 later"]
    monkeypatch.setenv("FEEDBACK_SMTP_URL", smtp_sink.url)
    done = office.run(worker_command, "--once")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert {"0 messages sent", "1 messages waiting", "1 messages rejected"} < set(lines)
    (told,) = [line for line in lines if "2026-11-24" in line]
    assert re.fullmatch(r"closure for case 000[78], 2026-11-24: 550 <…> is not wanted", told)
    assert "550 <…> is not wanted" in caplog.text
    assert "customer.example" not in done.output + caplog.text


def test_a_rejected_message_without_a_case_is_listed_too(office: Office) -> None:
    office.receive(a_case())
    with office.program.database.write() as tx:
        tx.run("UPDATE outbox SET invitation_id = NULL, kind = 'digest'")

    class Refusing(Mailbox):
        def send(self, message: ReadyMessage) -> None:
            raise RefusedError("550 no")

    office.deliver(Refusing(office.mailbox))
    assert "digest, 2026-11-24: 550 no" in office.run(worker_command, "--once").stdout.splitlines()


def test_only_the_newest_rejected_messages_are_listed(office: Office) -> None:
    class Refusing(Mailbox):
        def send(self, message: ReadyMessage) -> None:
            raise RefusedError("550 no")

    for number in range(25):
        office.receive(a_case(f"{number:04d}", contact_email=f"{number}@customer.example"))
    office.deliver(Refusing(office.mailbox))
    office.receive(a_case("erased"))
    office.erase("erased")
    lines = office.run(worker_command, "--once").stdout.splitlines()
    assert "25 messages rejected" in lines
    assert sum(line.startswith("closure for case ") for line in lines) == 20
    assert lines[-1] == "… and 5 older ones"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_worker_exits_with_success(tmp_path, number) -> None:
    env = environment(tmp_path, 8000)
    feedback("migrate", env=env)
    process = subprocess.Popen(
        [sys.executable, "-c", _ANNOUNCED], env=env, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "running\n"
    process.send_signal(number)
    assert process.wait(timeout=20) == 0
    process.stdout.close()


# The job says that the loop runs, so that the signal meets the worker and not its start.
_ANNOUNCED = """
from datetime import timedelta
from feedback_app.base import times
from feedback_app.jobs import worker
from feedback_app.mail.sender import ReadyMessage
from feedback_app.settings import read_settings
from feedback_app.program import open_program
job = worker.Job("say", timedelta(days=1), lambda *_: print("running", flush=True) or 0, "")
worker.JOBS = (job,)
worker.run_forever(open_program(read_settings()), times.now)
"""
