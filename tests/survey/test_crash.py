"""A confirmed answer is never lost, even if the server is killed."""

import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from feedback_app.database.choose import open_database
from tests.support.customers import Customers
from tests.support.real_parts import real_part_missing
from tests.support.server import environment, feedback, free_port, running


def test_killing_the_server_loses_and_duplicates_no_answer(tmp_path: Path) -> None:
    env = environment(tmp_path, port := free_port())
    feedback("migrate", env=env)
    links = [urlsplit(link).path for link in feedback("mint", "1000", env=env).split()]
    serve = [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(port)]
    customers = Customers([port], links)
    with customers.answering():
        for confirmed in (10, 40, 90):
            with running(serve, port, env) as server:
                customers.wait_for(confirmed)
                server.process.kill()
        with running(serve, port, env):
            customers.wait_for(10)
    database = open_database(env["FEEDBACK_DATABASE"])
    assert customers.compare(database) == (0, 0)
    assert len(customers.acknowledged) >= 150
    database.close()


def test_every_answer_reaches_the_disk_before_it_is_confirmed(tmp_path: Path) -> None:
    if not shutil.which("strace"):
        real_part_missing("strace", "apt-get install strace")
    port, log = free_port(), tmp_path / "strace.log"
    env = environment(tmp_path, port)
    feedback("migrate", env=env)
    links = feedback("mint", "10", env=env).split()
    serve = [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(port)]
    strace = ["strace", "-f", "-qq", "-e", "trace=fdatasync,fsync", "-o", str(log)]
    if subprocess.run([*strace, "true"], capture_output=True, check=False).returncode:
        real_part_missing("strace that may trace", "allow it to trace processes")
    with running([*strace, *serve], port, env):
        before = _syncs(log)
        for link in links:
            _answer(port, urlsplit(link).path)
        after = _syncs(log)
    assert after - before >= len(links)


def _answer(port: int, path: str) -> None:
    address = f"http://127.0.0.1:{port}{path}"
    with urllib.request.urlopen(address) as response:
        value = re.search(r'name="page" value="([^"]+)"', response.read().decode())[1]
    body = urlencode({"page": value, "ease": "4", "satisfaction": "5", "comment": ""}).encode()
    with urllib.request.urlopen(address, data=body) as response:
        assert "/thanks?k=" in response.url


def _syncs(log: Path) -> int:
    return len(re.findall(r"f(?:data)?sync\(", log.read_text())) if log.exists() else 0
