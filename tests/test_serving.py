"""The real server, as `feedback serve` starts it: what it refuses unread, and what it logs."""

import http.client
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from case_systems import ADDRESS, SECRET, SYSTEMS, Closing
from senders import Wire
from server import environment, feedback, free_port, running

CASES = "/api/v1/closed-cases"


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


def test_a_body_beyond_all_bounds_is_refused_unread(program: Program) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=20)
    connection.putrequest("POST", CASES)
    connection.putheader("Content-Length", str(1024 * 1024 * 1024))
    connection.endheaders()
    # Nothing of the body was sent, and the answer is there already.
    assert connection.getresponse().status == 413
    connection.close()


def test_the_log_of_a_whole_conversation_holds_no_key_secret_token_or_address(
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
    assert "a request with a wrong or an old proof was refused" in logged
    assert "closed case '' was not taken in, wrong are: case_number" in logged
    token = link.rpartition("/")[2]
    for hidden in (key, key.rpartition("_")[2], SECRET, token, ADDRESS):
        assert hidden not in logged
