"""A server of ours as a child process, for the benchmark and the crash test."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

KEY = "a-key-for-measuring-only-and-long-enough"
_START_SECONDS = 60


class Server(NamedTuple):
    """A running server and the port it listens on."""

    process: subprocess.Popen[bytes]
    port: int

    def cpu_seconds(self) -> float:
        """Return the processor time of the server and its workers so far, in seconds."""
        # The clock of another process, as clock_getcpuclockid(3) returns it: /proc counts in 10 ms.
        return sum(time.clock_gettime(~pid << 3 | 2) for pid in _family(self.process.pid))


def environment(folder: Path, port: int) -> dict[str, str]:
    """Return the settings of a program that keeps everything in `folder`."""
    return {
        **os.environ,
        "FEEDBACK_DATABASE": f"sqlite:///{folder}/feedback.sqlite",
        "FEEDBACK_SECRET_KEYS": KEY,
        "FEEDBACK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FEEDBACK_MAILBOX": str(folder / "mailbox"),
        "FEEDBACK_RESULTS": str(folder / "results"),
    }


def feedback(*words: str, env: dict[str, str]) -> str:
    """Run a `feedback` command and return its output. Raises RuntimeError if it failed."""
    command = [sys.executable, "-m", "feedback_app.cli", *words]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"feedback {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


@contextmanager
def running(command: list[str], port: int, env: dict[str, str] | None = None) -> Iterator[Server]:
    """Run `command` until the block ends, from the moment it takes connections at `port`."""
    process = subprocess.Popen(
        command,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until_alive(port, process)
        yield Server(process, port)
    finally:
        # The group, because a server may have workers and may itself be watched by a tracer.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def granian(target: str, port: int, *words: str) -> list[str]:
    """Return the command of granian with one worker and one blocking thread."""
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "1"]
    place = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "error"]
    return [sys.executable, "-m", "granian", *options, *place, *words, target]


def free_port() -> int:
    """Return a port that no socket uses on any address."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_alive(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers. Raises RuntimeError if it ended or takes too long."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended at once with exit code {process.returncode}")
        try:
            probe = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            probe.request("GET", "/healthz")
            probe.getresponse().read()
            probe.close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server does not answer on port {port}")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(one for child in children for one in _family(int(child)))]
