"""Two processes of `feedback serve` behind nginx."""

import http.client
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tests.support.nginx import running_nginx
from tests.support.server import environment, feedback, free_port

_START_SECONDS = 60
# Signs in below /review/, as SECURITY.md describes it.
LEAD, PASSWORD = "ada", "a-password"
SIGNED_IN = {"Authorization": f"Basic {b64encode(f'{LEAD}:{PASSWORD}'.encode()).decode()}"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Mozilla/5.0"}


class Reply(NamedTuple):
    """A response: its headers in lower case, in the order in which they arrived."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return the only header with this name, or "". Raises ValueError if there are two."""
        found = [value for other, value in self.headers if other == name.lower()]
        if len(found) > 1:
            raise ValueError(f"{name} was sent {len(found)} times")
        return found[0] if found else ""


def send(
    port: int, path: str, client: str = "127.0.0.2", method: str = "GET", **options: Any
) -> Reply:
    """Send a request from the address `client` of this machine. Raises OSError, HTTPException."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=60, source_address=(client, 0)
    )
    try:
        connection.request(method, path, **options)
        response = connection.getresponse()
        headers = [(name.lower(), value) for name, value in response.getheaders()]
        return Reply(response.status, headers, response.read())
    finally:
        connection.close()


def answer(port: int, path: str, client: str) -> list[int]:
    """Open a survey and answer it, and return both statuses."""
    opened = send(port, path, client)
    value = opened.body.partition(b'name="page" value="')[2].partition(b'"')[0].decode()
    body = urlencode({"page": value, "ease": "4", "satisfaction": "5", "comment": ""})
    return [opened.status, send(port, path, client, "POST", body=body, headers=_FORM).status]


@dataclass
class NginxInstallation:
    """Where nginx listens, the settings, the log of nginx, and the processes by their port."""

    port: int
    env: dict[str, str]
    folder: Path
    processes: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, port: int) -> None:
        """Start a process, which is ready a few seconds later."""
        command = [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(port)]
        self.processes[port] = subprocess.Popen(command, env=self.env, stderr=subprocess.DEVNULL)

    def wait_for(self, port: int) -> None:
        """Wait until a process is ready."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            try:
                if send(port, "/readyz").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"no process is ready on port {port}")

    def stop(self, port: int, number: int = signal.SIGTERM) -> int:
        """End a process with a signal, and return its exit code."""
        self.processes[port].send_signal(number)
        return self.processes[port].wait(60)

    def access_log(self) -> list[str]:
        """Return the lines that nginx logged about requests, until now or a moment ago."""
        return (self.folder / "access.log").read_text(encoding="utf-8").splitlines()


def _write_sign_in(folder: Path) -> None:
    passwords = folder / "leads.htpasswd"
    passwords.write_text(f"{LEAD}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    lines = ('auth_basic "Weekly review"', f"auth_basic_user_file {passwords}")
    text = ";\n".join((*lines, "set $sign_in_name $remote_user", ""))
    (folder / "shared-view-sign-in.conf").write_text(text, encoding="utf-8")


@contextmanager
def running_installation(folder: Path, database: str, site: Path) -> Iterator[NginxInstallation]:
    """Run nginx and two processes with an empty database until the block ends."""
    apps = free_port(), free_port()
    names = {
        "FEEDBACK_SITE": str(site),
        "FEEDBACK_TRUSTED_PROXIES": "127.0.0.1",
        "FEEDBACK_SIGN_IN_HEADER": "RemoteUser",
    }
    env = {**environment(folder, port := free_port()), "FEEDBACK_DATABASE": database, **names}
    words = [word for app in apps for word in ("--app", f"127.0.0.1:{app}")]
    shared_view = feedback("site", "nginx", *words, env=env)
    _write_sign_in(folder)
    feedback("migrate", env=env)
    feedback("lead", "add", LEAD, "--role", "admin", "--single-sign-on", env=env)
    found = NginxInstallation(port, env, folder)
    try:
        with running_nginx(folder, shared_view):
            for app in apps:
                found.start(app)
            for app in apps:
                found.wait_for(app)
            yield found
    finally:
        for process in found.processes.values():
            process.terminate()
            process.wait(60)
