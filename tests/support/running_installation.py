"""An installation that runs while something happens to it, with a mail server and customers."""

import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from feedback_app.base import times
from feedback_app.database.choose import open_database
from tests.support.customers import Customers
from tests.support.server import environment, feedback, free_port, wait_until_alive
from tests.support.smtp_sink import SmtpSink, listening

PROGRAM = "feedback_app.cli"
NEXT_RELEASE = "tests.support.next_release"
SHIFTED_CLOCK = "tests.support.shifted_clock"
# Links for one fault, and the answers confirmed before and after it.
LINKS, ANSWERS, PAUSE_SECONDS = 800, 30, 0.5
MOST_SECONDS = 60
# A failed email is sent again after minutes, and what a killed worker had claimed after ten.
HURRY = (
    "UPDATE send_pauses SET until = :now WHERE until > :now",
    "UPDATE outbox SET due_at = :now, claimed_until = NULL WHERE sent_at IS NULL",
)


class Installation:
    """An installation with two servers, one of which runs, a worker and a mail server."""

    def __init__(self, stack: ExitStack, url: str, faults: int) -> None:
        self._stack = stack
        self._clock = new_folder(stack) / "clock"
        self.set_clock(0)
        self.ports = [free_port(), free_port()]
        self.sink, self._mail_server = SmtpSink(), stack.enter_context(ExitStack())
        self.start_mail_server()
        self.env = environment(new_folder(stack), self.ports[0]) | {
            "FEEDBACK_DATABASE": url,
            "FEEDBACK_SMTP_URL": self.sink.url,
            "FEEDBACK_ALERT_URLS": "lead@example.org",
            "CLOCK": str(self._clock),
        }
        feedback("migrate", env=self.env)
        links = feedback("mint", str(LINKS * faults), env=self.env).split()
        self._paths = [urlsplit(link).path for link in links]
        self.database = open_database(url)
        stack.callback(self.database.close)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._emails: set[str] = set()
        self.server = "0"
        self.start(self.server)
        self.start("worker")
        deadline = time.monotonic() + MOST_SECONDS
        while not self.database.ask("SELECT 1 FROM job_runs") and time.monotonic() < deadline:
            time.sleep(0.1)

    def start(self, name: str, module: str = PROGRAM) -> None:
        """Start the worker or a server, named by its index, with the program of `module`."""
        is_worker = name == "worker"
        words = ["worker"] if is_worker else ["serve", "--port", str(self.ports[int(name)])]
        process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes[name] = process
        self._stack.callback(process.kill)
        if not is_worker:
            wait_until_alive(self.ports[int(name)], process)

    def stop(self, name: str, number: int = signal.SIGTERM) -> None:
        """Send a signal to a process and wait for its end."""
        self._processes[name].send_signal(number)
        self._processes[name].wait(timeout=MOST_SECONDS)

    def replace(self, module: str) -> None:
        """Replace the server and the worker one by one, as an upgrade does."""
        old, self.server = self.server, "1" if self.server == "0" else "0"
        self.start(self.server, module)
        self.stop(old)
        self.stop("worker")
        self.start("worker", module)

    def limit_files(self, size: int) -> None:
        """Let the server write no file beyond `size` bytes."""
        limits = (size, resource.RLIM_INFINITY)
        resource.prlimit(self._processes[self.server].pid, resource.RLIMIT_FSIZE, limits)

    def set_clock(self, seconds: int) -> None:
        """Let the clock of processes with SHIFTED_CLOCK differ by so many seconds."""
        self._clock.write_text(str(seconds), encoding="ascii")

    def start_mail_server(self) -> None:
        self._mail_server.enter_context(listening(self.sink))

    def stop_mail_server(self) -> None:
        self._mail_server.close()

    def try_out(self, fault: Callable[[], None]) -> tuple[Customers, Counter[str]]:
        """Let the fault happen under load; return the customers and the numbers of emails."""
        customers = Customers(self.ports, self._paths[:LINKS], PAUSE_SECONDS)
        del self._paths[:LINKS]
        with customers.answering():
            customers.wait_for(ANSWERS)
            fault()
            customers.wait_for(ANSWERS)
        return customers, self._emails_sent()

    def _emails_sent(self) -> Counter[str]:
        """Wait until the worker has sent all emails; count those that were lost or sent twice."""
        deadline = time.monotonic() + MOST_SECONDS
        waiting = "SELECT 1 FROM outbox WHERE sent_at IS NULL LIMIT 1"
        while self.database.ask(waiting) and time.monotonic() < deadline:
            with self.database.write() as tx:
                for statement in HURRY:
                    tx.run(statement, now=times.now())
            time.sleep(1)
        stored = {row["id"] for row in self.database.ask("SELECT id FROM outbox")} - self._emails
        self._emails |= stored
        arrived = Counter(one for one in self.sink.ids if one in stored)
        return Counter(
            emails=len(arrived),
            lost=len(stored) - len(arrived),
            doubled=sum(number > 1 for number in arrived.values()),
        )


def new_folder(stack: ExitStack) -> Path:
    """Create a temporary folder that is deleted with `stack`."""
    folder = Path(tempfile.mkdtemp(prefix="feedback-faults-"))
    stack.callback(shutil.rmtree, folder)
    return folder
