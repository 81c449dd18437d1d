"""/readyz fails within five seconds when nothing can be stored, and /healthz never waits."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedback_app.app import create_app
from feedback_app.database.choose import open_database
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.database.health import require_storing
from feedback_app.web.readiness import FRESH, Readiness
from tests.support.office import NOW, Office
from tests.support.postgresql import frozen

NOBODY = 65534
MOST_SECONDS = 5
FULL_DISK = """
import resource, sys
from feedback_app.database.choose import open_database
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.database.health import require_storing

database = open_database(sys.argv[1])
require_storing(database)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    require_storing(database)
except DatabaseUnavailableError as error:
    print("not ready:", error)
"""


def _probe(client, path: str) -> tuple[int, float]:
    started = time.monotonic()
    return client.get(path).status_code, time.monotonic() - started


@contextmanager
def _locked(path: str) -> Iterator[None]:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


def _assert_not_ready_in_time(client) -> None:
    status, seconds = _probe(client, "/readyz")
    assert (status, seconds < MOST_SECONDS) == (503, True)
    status, seconds = _probe(client, "/readyz")
    assert (status, seconds < 0.5) == (503, True), "the same attempt is not waited for again"
    status, seconds = _probe(client, "/healthz")
    assert (status, seconds < 0.5) == (200, True)


def _wait_until_ready(client, office: Office) -> None:
    deadline = time.monotonic() + 20
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline
        office.wait(seconds=3)
        time.sleep(0.1)


def test_a_locked_database_is_not_ready_until_it_is_unlocked(sqlite_office: Office) -> None:
    client = sqlite_office.client()
    path = sqlite_office.program.settings.database.get_secret_value().removeprefix("sqlite:///")
    assert client.get("/readyz").status_code == 200
    sqlite_office.wait(seconds=3)
    with _locked(path):
        _assert_not_ready_in_time(client)
    _wait_until_ready(client, sqlite_office)


def test_a_frozen_postgresql_is_not_ready_until_it_runs_again(
    migrated_postgresql_url: str, postgresql_server: str, sqlite_office: Office
) -> None:
    database = open_database(migrated_postgresql_url)
    client = create_app(parts=replace(sqlite_office.program, database=database)).test_client()
    assert client.get("/readyz").status_code == 200
    sqlite_office.wait(seconds=3)
    with frozen(postgresql_server):
        _assert_not_ready_in_time(client)
    _wait_until_ready(client, sqlite_office)
    database.close()


def test_a_full_disk_is_not_ready(migrated_sqlite_url: str) -> None:
    size = Path(migrated_sqlite_url.removeprefix("sqlite:///")).stat().st_size
    assert size > resource.getpagesize()
    command = [sys.executable, "-c", FULL_DISK, migrated_sqlite_url, "4096"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("not ready: SQLite is not available"), done


def test_a_read_only_database_is_not_ready(migrated_sqlite_file: Path) -> None:
    folder = Path(tempfile.mkdtemp())
    path = folder / "feedback.sqlite"
    shutil.copy(migrated_sqlite_file, path)
    path.chmod(0o444)
    is_root = os.geteuid() == 0
    if is_root:  # root may write every file
        shutil.chown(folder, NOBODY)
        shutil.chown(path, NOBODY)
        os.seteuid(NOBODY)
    try:
        database = open_database(f"sqlite:///{path}")
        with pytest.raises(DatabaseUnavailableError, match="readonly"):
            require_storing(database)
        database.close()
    finally:
        if is_root:
            os.seteuid(0)
        shutil.rmtree(folder)


def test_the_probe_leaves_nothing_behind(office: Office) -> None:
    before = office.everything()
    require_storing(office.program.database)
    assert office.everything() == before


def test_many_probes_are_one_attempt(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[object] = []
    monkeypatch.setattr("feedback_app.web.readiness.require_storing", attempts.append)
    readiness, database = Readiness(), sqlite_office.program.database
    for seconds in (0, 1, 1, 2, 3):
        assert readiness.fault(database, NOW + timedelta(seconds=seconds)) == ""
    assert len(attempts) == 2
    assert readiness.fault(database, NOW - FRESH) == "", "the clock went back"
    assert len(attempts) == 3
