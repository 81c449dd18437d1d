"""Strangers who hold many connections to a server, and customers who use it meanwhile."""

import http.client
import math
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

HEADER = b"Host: survey\r\nContent-Type: application/x-www-form-urlencoded\r\n"
_MIB = 1024 * 1024
_PIECE = b"x" * 65_536


@dataclass(frozen=True)
class Kind:
    """What a stranger sends first, and then again every second."""

    first: bytes
    again: bytes = b""


def kinds(path: str) -> list[Kind]:
    """Return idle connections, slow headers, slow bodies and huge bodies at a survey link."""
    post = f"POST {path} HTTP/1.1\r\n".encode() + HEADER
    return [
        Kind(b""),
        Kind(b"GET / HTTP/1.1\r\n", b"X"),
        Kind(post + b"Content-Length: 60000\r\n\r\n", b"x"),
        Kind(post + b"Content-Length: 60000\r\n\r\n" + b"x" * 59_000, b"x"),
        Kind(post + b"Content-Length: 16770000\r\n\r\n", _PIECE),
    ]


@dataclass
class Figures:
    """What the customers met with, and what the server needed."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    peak_sockets: int = 0
    peak_rss: int = 0
    peak_files: int = 0

    @property
    def served(self) -> float:
        """Return the share of served requests."""
        return len(self.seconds) / (len(self.seconds) + self.failed)

    @property
    def p95(self) -> float:
        """Return the 95th percentile of the time to the response, in seconds."""
        if not self.seconds:
            return math.inf
        return sorted(self.seconds)[math.ceil(0.95 * len(self.seconds)) - 1]

    def __str__(self) -> str:
        return (
            f"{len(self.seconds)} requests served ({self.served:.1%}), p95 {self.p95:.3f} s, "
            f"worst {max(self.seconds, default=math.inf):.3f} s; {self.peak_sockets} descriptors, "
            f"memory {self.peak_rss / _MIB:.0f} MiB, temporary files "
            f"{self.peak_files / _MIB:.0f} MiB"
        )


class Strangers:
    """Holds connections from many addresses of this machine, and opens closed ones again."""

    def __init__(self, port: int, path: str, sockets: int, addresses: int) -> None:
        self.port = port
        sources = [f"127.0.2.{1 + number}" for number in range(addresses)]
        plan = zip(range(sockets), cycle(kinds(path)), strict=False)
        self._plan = [(sources[number % addresses], kind) for number, kind in plan]
        self._open: dict[int, socket.socket] = {}

    def connect(self) -> None:
        """Open every connection that is not open."""
        for number, (source, kind) in enumerate(self._plan):
            if number not in self._open:
                self._connect(number, source, kind)

    def send_again(self) -> None:
        """Send a little on every connection."""
        for number, (_, kind) in enumerate(self._plan):
            one = self._open.get(number)
            if one and not _is_usable(one, kind.again):
                one.close()
                del self._open[number]

    def _connect(self, number: int, source: str, kind: Kind) -> None:
        one = socket.socket()
        one.setblocking(False)
        try:
            one.bind((source, 0))
            if one.connect_ex(("127.0.0.1", self.port)) not in (0, 115):
                raise OSError
            one.send(kind.first)
        except BlockingIOError:
            pass
        except OSError:
            one.close()
            return
        self._open[number] = one


@contextmanager
def under_attack(port: int, path: str, sockets: int, addresses: int = 50) -> Iterator[None]:
    """Hold connections, most of them slow, from another process while the block runs."""
    words = ["-m", "tests.support.attack", str(port), path, str(sockets), str(addresses)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, *words], **pipes) as strangers:
        try:
            assert strangers.stdout and strangers.stdout.readline() == b"connected\n"
            yield
        finally:
            strangers.communicate()


def ask_for(seconds: float, port: int, path: str, pid: int) -> Figures:
    """Let a customer open the survey about ten times a second, and return the figures."""
    figures, end = Figures(), time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            status = _get(port, path)
        except (OSError, http.client.HTTPException):
            status = 0
        if status == 200:
            figures.seconds.append(time.monotonic() - began)
        else:
            figures.failed += 1
        figures.peak_sockets = max(figures.peak_sockets, len([*Path(f"/proc/{pid}/fd").iterdir()]))
        figures.peak_rss = max(figures.peak_rss, memory(pid))
        figures.peak_files = max(figures.peak_files, temporary_files(pid))
        time.sleep(max(0.0, 0.1 - (time.monotonic() - began)))
    return figures


def most_sockets() -> int:
    """Return 5000, or as many sockets as this machine lets a process open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(5000, soft - 200)


def memory(pid: int) -> int:
    """Return the resident memory of a process, in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def temporary_files(pid: int) -> int:
    """Return the size of the deleted files that a process has open, in bytes."""
    total = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if "(deleted)" in str(link.readlink()):
                total += link.stat().st_size
        except OSError:
            continue
    return total


def _is_usable(one: socket.socket, piece: bytes) -> bool:
    try:
        if one.recv(65_536) == b"":
            return False
    except BlockingIOError:
        pass
    except OSError:
        return False
    try:
        one.send(piece)
    except BlockingIOError:
        pass
    except OSError:
        return False
    return True


def _get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=5, source_address=("127.0.1.1", 0)
    )
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _hold(port: int, path: str, sockets: int, addresses: int) -> None:
    """Hold connections until standard input ends."""
    strangers, stop = Strangers(port, path, sockets, addresses), threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    strangers.connect()
    print("connected", flush=True)
    while not stop.is_set():
        began = time.monotonic()
        strangers.connect()
        strangers.send_again()
        stop.wait(max(0.1, 1 - (time.monotonic() - began)))


if __name__ == "__main__":
    _hold(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
