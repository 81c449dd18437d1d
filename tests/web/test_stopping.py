"""A server that stops, for a restart, loses no request."""

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from feedback_app.web import server as server_module
from feedback_app.web.server import MultiServer, create_server
from tests.support.server import environment, free_port

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class App:
    """Answers "/slow" when the test says so, and other paths immediately."""

    def __init__(self) -> None:
        self.entered, self.go_on = threading.Event(), threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if environ["PATH_INFO"] == "/slow":
            self.entered.set()
            assert self.go_on.wait(20)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def server(app: App) -> Iterator[MultiServer]:
    server = create_server(app, host="127.0.0.1", port=0, threads=2)
    yield server
    app.go_on.set()
    server.close()


@pytest.fixture
def running(server: MultiServer) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=server.run)
    thread.start()
    yield thread
    server.stop()
    thread.join()


def connect(server: MultiServer, sent: bytes = b"") -> socket.socket:
    one = socket.create_connection(server.effective_listen[0], timeout=20)
    one.sendall(sent)
    return one


def everything(one: socket.socket) -> str:
    """Return all bytes until the server closes the connection, as text."""
    with one, one.makefile("rb") as stream:
        return stream.read().decode()


def refuses_connections(server: MultiServer) -> bool:
    try:
        connect(server).close()
    except ConnectionError:  # refused, or reset if the socket was just closed
        return True
    return False


def test_requests_in_progress_are_finished_and_new_connections_refused(
    app: App, server: MultiServer, running: threading.Thread
) -> None:
    slow = connect(server, GET.replace(b"/ ", b"/slow ", 1))
    assert app.entered.wait(20)
    server.stop()
    while not refuses_connections(server):
        time.sleep(0.01)
    time.sleep(1.2)  # longer than silent connections stay open
    assert running.is_alive()
    app.go_on.set()
    answer = everything(slow)
    assert answer.startswith("HTTP/1.1 200 OK")
    assert "Connection: close" in answer
    running.join(20)
    assert not running.is_alive()


def test_a_connection_without_a_request_may_still_send_one(
    server: MultiServer, running: threading.Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "SILENT_SECONDS", 20)
    new, kept = connect(server), connect(server, GET)
    first = b""
    while not first.endswith(b"\r\n\r\nok"):
        first += kept.recv(4096)
    assert b"Connection: close" not in first
    server.stop()
    while not refuses_connections(server):
        time.sleep(0.01)
    for one in (new, kept):
        one.sendall(GET)
        answer = everything(one)
        assert answer.startswith("HTTP/1.1 200 OK")
        assert "Connection: close" in answer


def test_connections_that_wait_to_be_accepted_are_served(server: MultiServer) -> None:
    waiting = [connect(server, GET) for _ in range(20)]
    server.stop()
    server.run()
    assert all(everything(one).startswith("HTTP/1.1 200 OK") for one in waiting)


def test_a_request_that_takes_too_long_does_not_keep_the_server(
    app: App, server: MultiServer, running: threading.Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "STOP_SECONDS", 0.5)
    slow = connect(server, GET.replace(b"/ ", b"/slow ", 1))
    assert app.entered.wait(20)
    server.stop()
    assert everything(slow) == ""
    app.go_on.set()
    running.join(20)
    assert not running.is_alive()


def test_a_socket_of_systemd_keeps_requests_until_the_next_process_takes_them(
    tmp_path: Path, migrated_sqlite_url: str
) -> None:
    notify = tmp_path / "notify"
    names = {"FEEDBACK_DATABASE": migrated_sqlite_url, "NOTIFY_SOCKET": str(notify)}
    env = {**environment(tmp_path, free_port()), **names}
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
    ):
        manager.bind(str(notify))
        manager.settimeout(60)
        with _process(listening, env):
            assert manager.recv(100) == b"READY=1"
        with closing(http.client.HTTPConnection(*listening.getsockname(), timeout=60)) as between:
            between.request("GET", "/healthz")
            with _process(listening, env):
                assert between.getresponse().read() == b'{"status":"alive"}\n'


@contextmanager
def _process(listening: socket.socket, env: dict[str, str]) -> Iterator[None]:
    """Run the server until the block ends as systemd does, with the socket as descriptor 3."""
    serve = f'LISTEN_PID=$$ LISTEN_FDS=1 exec "{sys.executable}" -m feedback_app.cli serve 3<&0'
    process = subprocess.Popen(["sh", "-c", serve], env=env, stdin=listening)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
