"""Kill the workers with SIGKILL while they send closure emails; count the lost ones.

python tests/support/kill_workers.py --emails 300 --kills 20
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from feedback_app.base import times
from feedback_app.database.migrate import migrate
from feedback_app.mail.delivery import LEASE
from feedback_app.program import Program, open_program
from feedback_app.records import ClosedCase
from feedback_app.settings import read_settings
from tests.support.server import environment, feedback, free_port
from tests.support.smtp_sink import SmtpSink, listening

WORKERS = 2
SECONDS_A_MESSAGE = 0.04
_LONGEST_SECONDS = 60


@dataclass
class Found:
    """The numbers of emails that arrived, were lost or repeated, and of kills."""

    arrived: int
    lost: int
    repeated: int
    killed: int


def kill_workers(folder: Path, sink: SmtpSink, emails: int, kills: int) -> Found:
    """Store `emails` closure emails, kill the workers `kills` times, then let one finish."""
    sink.seconds_a_message = SECONDS_A_MESSAGE
    env = {**environment(folder, free_port()), "FEEDBACK_SMTP_URL": sink.url}
    database = env["FEEDBACK_DATABASE"]
    program = open_program(
        read_settings(database=database, secret_keys=env["FEEDBACK_SECRET_KEYS"])
    )
    migrate(program.database, times.now())
    stored = _store(program, emails)
    killed = 0
    # The last messages remain for the worker that finishes.
    for _ in range(kills):
        killed += _kill_while_sending(sink, env, random.randint(0, emails // (2 * kills)))
        _let_leases_run_out(program)
    feedback("worker", "--once", env=env)
    program.database.close()
    return Found(
        arrived=len(stored & set(sink.ids)),
        lost=len(stored - set(sink.ids)),
        repeated=len(sink.ids) - len(set(sink.ids)),
        killed=killed,
    )


def _store(program: Program, emails: int) -> set[str]:
    """Close cases, which adds their emails to the outbox; return the ids of the emails."""
    now = times.now()
    with program.database.write() as tx:
        for number in range(emails):
            case = ClosedCase(
                source="crash test",
                case_id=str(number),
                case_number=str(number),
                closed_at=now - timedelta(hours=1),
                contact_email=f"contact{number}@customer.example",
            )
            program.case_intake.store_all(tx, [case], now)[0]
    return {row["id"] for row in program.database.ask("SELECT id FROM outbox")}


def _kill_while_sending(sink: SmtpSink, env: dict[str, str], after: int) -> bool:
    """Start workers, kill them after `after` messages and return whether they were running."""
    command = [sys.executable, "-m", "feedback_app.cli", "worker"]
    enough = len(sink.messages) + after
    workers = [
        subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) for _ in range(WORKERS)
    ]
    deadline = time.monotonic() + _LONGEST_SECONDS
    while len(sink.messages) <= enough and time.monotonic() < deadline:
        time.sleep(0.001)
    ran = all(worker.poll() is None for worker in workers)
    for worker in workers:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    return ran


def _let_leases_run_out(program: Program) -> None:
    """Expire the leases of the killed workers immediately, instead of waiting for minutes."""
    with program.database.write() as tx:
        tx.run(
            "UPDATE outbox SET claimed_until = :past WHERE claimed_until IS NOT NULL",
            past=times.now() - LEASE,
        )


def main() -> None:
    """Print the numbers; exit with 1 if an email was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emails", type=int, default=300)
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, listening(SmtpSink()) as sink:
        found = kill_workers(Path(folder), sink, options.emails, options.kills)
    print(
        f"{options.emails} emails, workers killed {found.killed} times: {found.arrived} arrived, "
        f"{found.lost} lost, {found.repeated} repeats (with the same Message-ID)"
    )
    sys.exit(1 if found.lost else 0)


if __name__ == "__main__":
    main()
