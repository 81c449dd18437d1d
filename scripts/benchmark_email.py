"""Measures how fast the worker sends closure emails, as a ratio to a bare loop with `smtplib`.

Both send the same number of emails of the same size to one mail server in another process, which
accepts and forgets them. The bare loop has its text ready and one connection. With the folder of
another checkout as an argument, the worker is also compared with its worker, as processes and by
processor time. Compare only ratios between machines or runs, not rates.
"""

import multiprocessing
import smtplib
import statistics
import tempfile
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from checkout import BASES, ROOT, Checkout
from measuring import show

from feedback_app.base import times
from feedback_app.database.migrate import migrate
from feedback_app.jobs.messages import message_builder
from feedback_app.mail.delivery import Delivery
from feedback_app.mail.sender import ReadyMessage
from feedback_app.mail.smtp import SMTPSender
from feedback_app.program import Program, open_program, register_wording
from feedback_app.records import ClosedCase
from feedback_app.settings import read_settings
from tests.support.postgresql import create_database, running_server, url_of
from tests.support.server import free_port

EMAILS, ROUNDS, PROCESS_ROUNDS = 400, 5, 3


class _Sink:
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return "250 OK"


class _Texts:
    """Sends by `sender` and keeps the texts for the bare loop."""

    def __init__(self, sender: SMTPSender) -> None:
        self._sender = sender
        self.text = ""

    def send(self, message: ReadyMessage) -> None:
        self.text = message.text
        self._sender.send(message)

    def discard(self, message_id: str) -> None:
        """Do nothing."""

    def close(self) -> None:
        self._sender.close()


def main() -> None:
    """Measure both engines."""
    port = free_port()
    sink = multiprocessing.Process(target=_listen, args=(port,), daemon=True)
    sink.start()
    _wait_for(port)
    for base in BASES:
        _compare_workers(base, port)
    with tempfile.TemporaryDirectory() as name, running_server() as server:
        _measure("SQLite", f"sqlite:///{name}/feedback.sqlite", Path(name), port)
        _measure("PostgreSQL", url_of(server, create_database(server)), Path(name), port)
    sink.terminate()


def _compare_workers(other: Path, port: int) -> None:
    ratios, rates = [], []
    for _ in range(PROCESS_ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            own = _worker_cpu(ROOT, Path(name) / "own", port, EMAILS * 5, "--max-emails=100000")
            base = _worker_cpu(other, Path(name) / "base", port, EMAILS)
            ratios.append(base / own)
            rates.append(1 / own)
    note = f"; {statistics.median(rates):.0f} emails per CPU second"
    show(f"SQLite: worker / worker of {other}, rate", ratios, note=note)


def _worker_cpu(root: Path, folder: Path, port: int, emails: int, *options: str) -> float:
    """Return the seconds of processor time that a worker uses for each email, once it runs."""
    checkout = Checkout(root, folder, FEEDBACK_SMTP_URL=f"smtp://127.0.0.1:{port}")
    checkout.run("worker", "--once")
    idle = checkout.run("worker", "--once").cpu
    checkout.invite(emails, *options)
    return (checkout.run("worker", "--once").cpu - idle) / emails


def _measure(engine: str, url: str, folder: Path, port: int) -> None:
    program = open_program(
        read_settings(database=url, secret_keys="k" * 32, mailbox=folder, _env_file=None)
    )
    migrate(program.database, times.now())
    register_wording(program, times.now())
    ratios, rates = [], []
    for round_number in range(ROUNDS + 1):
        _close_cases(program, round_number)
        sender = _Texts(SMTPSender(f"smtp://127.0.0.1:{port}"))
        ours = _rate(partial(_deliver, program, sender))
        bare = _rate(partial(_send_bare, sender.text, port))
        # The first round imports modules and renders MJML.
        if round_number:
            ratios.append(ours / bare)
            rates.append(ours)
    note = f"; {statistics.median(rates):.0f} emails a second"
    show(f"{engine}: worker / bare smtplib loop, rate", ratios, note=note)
    program.database.close()


def _listen(port: int) -> None:
    Controller(_Sink(), hostname="127.0.0.1", port=port).start()
    time.sleep(24 * 60 * 60)


def _wait_for(port: int) -> None:
    while True:
        try:
            smtplib.SMTP("127.0.0.1", port).quit()
        except OSError:
            time.sleep(0.1)
        else:
            return


def _close_cases(program: Program, round_number: int) -> None:
    now = times.now()
    with program.database.write() as tx:
        for number in range(EMAILS):
            case = ClosedCase(
                source="benchmark",
                case_id=f"{round_number}-{number}",
                case_number=f"{round_number}-{number}",
                closed_at=now - timedelta(hours=1),
                contact_email=f"c{round_number}-{number}@customer{number % 50}.example",
            )
            program.case_intake.store_all(tx, [case], now)


def _deliver(program: Program, sender: _Texts) -> None:
    build = message_builder(program)
    delivery = Delivery(program.database, build, sender, program.survey_emails, times.now)
    assert delivery.send_due() == EMAILS


def _send_bare(text: str, port: int) -> None:
    content = text.encode("ascii")
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for number in range(EMAILS):
            connection.sendmail("support@example.org", [f"c{number}@customer.example"], content)


def _rate(work: Any) -> float:
    started = time.perf_counter()
    work()
    return EMAILS / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
