"""Runs `feedback` commands of a checkout in a separate folder, and measures their processes."""

import csv
import os
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
# Set by "dev.py benchmark --base FOLDER".
BASES = [Path(base)] if (base := os.environ.get("BENCHMARK_BASE")) else []
_COLUMNS = ("case_number", "closed_at", "contact_email", "customer", "team", "case_kind")


class Used(NamedTuple):
    """The seconds of processor time that a process used, and how long it ran.

    `peak` is its largest memory in MiB, or that of this process if it is larger.
    """

    cpu: float
    seconds: float
    peak: float
    output: str


class Checkout:
    """An installation of the checkout `root`, which has its own `.venv`, with an empty database."""

    def __init__(self, root: Path, folder: Path, **settings: str) -> None:
        self._binary, self._folder = root.resolve() / ".venv" / "bin" / "feedback", folder
        folder.mkdir()
        self._env = {
            **{name: text for name, text in os.environ.items() if name in ("PATH", "HOME")},
            "FEEDBACK_DATABASE": f"sqlite:///{folder}/feedback.sqlite",
            "FEEDBACK_SECRET_KEYS": "a-key-for-benchmarks-only-and-long-enough",
            "FEEDBACK_MAILBOX": str(folder / "mailbox"),
            "FEEDBACK_PUBLIC_URL": "http://127.0.0.1:8000",
            **settings,
        }
        self.run("migrate")

    def run(self, *words: str) -> Used:
        """Run a command. Raises CalledProcessError."""
        command, started = [str(self._binary), *words], time.perf_counter()
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            process = subprocess.Popen(
                command,
                cwd=self._folder,
                env=self._env,
                stdout=output,
                stderr=subprocess.DEVNULL,
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise subprocess.CalledProcessError(process.returncode, command)
            seconds = time.perf_counter() - started
            output.seek(0)
            cpu = usage.ru_utime + usage.ru_stime
            return Used(cpu, seconds, usage.ru_maxrss / 1024, output.read())

    def invite(self, rows: int, *options: str) -> Used:
        """Import new cases, each with an email to another customer."""
        path = self._folder / "cases.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_COLUMNS)
            for at in range(rows):
                closed = datetime.now(UTC) - timedelta(minutes=at % 1440)
                email = f"c{at}@customer{at % 900}.example"
                others = (f"Customer {at % 900}", f"Team {at % 30}", "software")
                writer.writerow((f"SP-{at:07}", closed.isoformat(), email, *others))
        return self.run("invite", str(path), *options)
