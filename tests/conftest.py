"""The real parts that tests use: a database server, a mail server, a browser.

A part that is not installed is a named skip on a user's machine, and a failure in CI
(FEEDBACK_REQUIRE_REAL_PARTS=1).
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import time_machine
from build_site import build
from hypothesis import settings
from playwright.sync_api import sync_playwright
from pydantic import SecretStr

from feedback_app.database.choose import open_database
from feedback_app.database.contract import Database
from feedback_app.database.migrate import migrate
from feedback_app.program import open_program
from feedback_app.settings import Settings
from tests.support.office import KEY, NOW, Office
from tests.support.site_server import serving
from tests.support.smtp_sink import SmtpSink, listening

settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("ci")


def real_part_missing(what: str, mend: str) -> NoReturn:
    """Skip by name, or fail where every real part is required."""
    message = f"{what} is not installed: {mend}"
    if os.environ.get("FEEDBACK_REQUIRE_REAL_PARTS") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server of our own on a socket in a temporary folder; yields that folder."""
    found = shutil.which("initdb") or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None
    )
    if not found:
        real_part_missing("PostgreSQL", "apt-get install postgresql")
    binaries = Path(found).resolve().parent
    # Not below pytest's own folder: every other run of pytest closes that to other accounts.
    folder = Path(tempfile.mkdtemp(prefix="feedback-postgresql-"))
    # The server refuses to run as root.
    account = "postgres" if os.geteuid() == 0 else None
    if account:
        entry = pwd.getpwnam(account)
        os.chown(folder, entry.pw_uid, entry.pw_gid)

    def run(*words: str) -> None:
        subprocess.run(words, user=account, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    run(str(binaries / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    log = str(folder / "log")
    run(str(binaries / "pg_ctl"), "-D", data, "-l", log, "-o", options, "-w", "start")
    yield str(folder)
    run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder)


@pytest.fixture
def empty_postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A fresh, empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    admin = open_database(f"postgresql://postgres@/postgres?host={postgresql_server}")
    connection = admin._connections.get()
    connection.execute(f"CREATE DATABASE {name}")
    yield f"postgresql://postgres@/{name}?host={postgresql_server}"
    connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/feedback.sqlite"
    return str(request.getfixturevalue("empty_postgresql_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of each engine."""
    opened = open_database(database_url)
    migrate(opened, NOW)
    yield opened
    opened.close()


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """A support office on each engine, at noon of a Tuesday; time passes when the test says so."""
    yield from _office(database_url, tmp_path)


@pytest.fixture
def sqlite_office(tmp_path: Path) -> Iterator[Office]:
    """A support office on SQLite."""
    yield from _office(f"sqlite:///{tmp_path}/feedback.sqlite", tmp_path)


@pytest.fixture
def team_office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """An office on each engine whose leads may sign in: it is reached on this machine alone."""
    yield from _office(database_url, tmp_path, "http://127.0.0.1:8000")


@pytest.fixture
def sqlite_team_office(tmp_path: Path) -> Iterator[Office]:
    """An office on SQLite whose leads may sign in."""
    url = f"sqlite:///{tmp_path}/feedback.sqlite"
    yield from _office(url, tmp_path, "http://127.0.0.1:8000")


def _office(url: str, folder: Path, public_url: str = "http://survey.example") -> Iterator[Office]:
    program = open_program(
        Settings(
            database=SecretStr(url),
            secret_keys=(SecretStr(KEY),),
            public_url=public_url,
            mailbox=folder / "mailbox",
            results=folder / "results",
        )
    )
    with time_machine.travel(NOW, tick=False) as traveller:
        migrate(program.database, NOW)
        yield Office(program, traveller)
        program.database.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        real_part_missing("Chromium", "apt-get install chromium")
    quiet = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
    options = [*quiet, "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=options)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh page of the browser."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The knowledge site, built once for all tests; nobody writes into it."""
    out = tmp_path_factory.mktemp("built") / "site"
    build(out)
    return out


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where that site is served, compressed and with its security headers."""
    with serving(site) as at:
        yield at


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A real mail server on this machine."""
    with listening(SmtpSink()) as sink:
        yield sink


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that only this run of the tests trusts, and its key."""
    if not shutil.which("openssl"):
        real_part_missing("openssl", "apt-get install openssl")
    folder = tmp_path_factory.mktemp("certificate")
    public, private = folder / "public.pem", folder / "private.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-subj", "/CN=mail server for tests", "-addext", "subjectAltName=IP:127.0.0.1"]
        + ["-keyout", str(private), "-out", str(public)],
        check=True,
        capture_output=True,
    )
    return public, private
