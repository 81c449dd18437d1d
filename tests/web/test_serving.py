"""The real servers: what they refuse unread, what they log, what of a proxy's word they pass on."""

import http.client
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedback_app.intake.rate_limits import FAILURES_PER_MINUTE
from tests.support.case_systems import SYSTEMS
from tests.support.senders import Wire
from tests.support.server import environment, feedback, free_port, granian, running
from tests.support.simulated_system import ADDRESS, SECRET, Closing

CASES = "/api/v1/closed-cases"
WEEK = "/review/2026-W47"


@dataclass(frozen=True)
class Program:
    """A running program, its settings, and the file it logs to."""

    port: int
    env: dict[str, str]
    log: Path


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    port, log = free_port(), tmp_path / "log"
    secrets = " ".join(f"{one.name}={one.secret}" for one in SYSTEMS.values())
    env = {**environment(tmp_path, port), "FEEDBACK_WEBHOOK_SECRETS": secrets}
    feedback("migrate", env=env)
    serve = f'exec "{sys.executable}" -m feedback_app.cli serve --port {port} 2>"{log}"'
    with running(["sh", "-c", serve], port, env):
        yield Program(port, env, log)


def test_a_body_over_the_limit_is_refused_unread(program: Program) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=20)
    connection.putrequest("POST", CASES)
    connection.putheader("Content-Length", str(1024 * 1024 * 1024))
    connection.endheaders()
    # Nothing of the body was sent, and the answer is there already.
    assert connection.getresponse().status == 413
    connection.close()


def test_the_log_contains_no_key_secret_token_or_address(
    program: Program,
) -> None:
    key = feedback("key", "add", "desk", env=program.env).strip()
    desk = Wire(program.port, {"Authorization": f"Bearer {key}"})
    now = datetime.now(UTC).replace(microsecond=0)
    message = {"case_number": "1", "closed_at": now.isoformat(), "contact_email": ADDRESS}
    link = desk.post(CASES, {**message, "send": False}).json["survey_link"]
    assert desk.get(link.removeprefix(program.env["FEEDBACK_PUBLIC_URL"])).status == 200
    desk.post(CASES, b"{")
    Wire(program.port, {"Authorization": f"Bearer {key}x"}).post(CASES, message)
    for system in SYSTEMS.values():
        system.tell(program.port, Closing(number=system.name, closed_at=now), now)
        system.tell(program.port, Closing(number="", closed_at=now), now)
        system.tell(program.port, Closing(number="2", closed_at=now), now, secret=f"{SECRET}x")
    logged = program.log.read_text(encoding="utf-8")
    assert "refused a request because of its secret" in logged
    assert "closed case '' was refused, invalid fields: case_number" in logged
    token = link.rpartition("/")[2]
    for hidden in (key, key.rpartition("_")[2], SECRET, token, ADDRESS):
        assert hidden not in logged


@pytest.fixture(params=["waitress", "granian"])
def behind_a_proxy(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    """Each of the two servers, told of a proxy on this machine that signs lena in."""
    port = free_port()
    env = {
        **environment(tmp_path, port),
        "FEEDBACK_TRUSTED_PROXIES": "127.0.0.1",
        "FEEDBACK_SIGN_IN_HEADER": "RemoteUser",
    }
    feedback("migrate", env=env)
    feedback("lead", "add", "lena", "--single-sign-on", env=env)
    waitress = [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(port)]
    other = granian("feedback_app.app:create_app", port, "--factory")
    with running(other if request.param == "granian" else waitress, port, env):
        yield port


def _status(port: int, path: str, *headers: str) -> int:
    """Return the status of the answer to exactly these header lines."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as open_program:
        lines = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers)
        open_program.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
        return int(open_program.makefile("rb").readline().split()[1])


def test_failures_count_for_the_client_and_not_for_the_proxy(behind_a_proxy: int) -> None:
    def guess(*forwarded: str) -> int:
        lines = (f"X-Forwarded-For: {value}" for value in forwarded)
        return _status(behind_a_proxy, f"{CASES}/a/1", "Authorization: Bearer fbk_0_0", *lines)

    guesses = [guess("203.0.113.9") for _ in range(FAILURES_PER_MINUTE + 1)]
    assert guesses == [401] * FAILURES_PER_MINUTE + [429]
    # What a client brings stands before what its proxy adds, in the same line or another.
    assert guess("198.51.100.7, 203.0.113.9") == guess("198.51.100.7", "203.0.113.9") == 429
    assert guess("198.51.100.7") == guess() == 401


def test_no_other_spelling_of_the_header_signs_in(behind_a_proxy: int) -> None:
    assert _status(behind_a_proxy, WEEK, "RemoteUser: lena") == 200
    for name in ("Remote-User", "Remote_User", "X-RemoteUser", "Remote.User", "HTTP_RemoteUser"):
        assert _status(behind_a_proxy, WEEK, f"{name}: lena") == 303
        assert _status(behind_a_proxy, WEEK, "RemoteUser: nobody", f"{name}: lena") == 303
    assert _status(behind_a_proxy, WEEK, "RemoteUser: lena", "RemoteUser: nobody") == 303
