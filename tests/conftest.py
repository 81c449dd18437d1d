"""Fixtures that many tests share. tests/README.md lists them.

Servers, the browser and the built site start once per worker, at the first test that needs them.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import settings
from pydantic import SecretStr

from feedback_app.base.links import Links
from feedback_app.database.choose import open_database
from feedback_app.database.contract import Database
from feedback_app.database.migrate import migrate
from feedback_app.program import Program, register_wording
from feedback_app.settings import Settings
from support_facts import Facts, load_facts
from tests.support import postgresql
from tests.support.chat import Chat, open_chat
from tests.support.fast_files import keep_temporary_files_in_memory
from tests.support.fast_programs import (
    compile_routes_once,
    hash_passwords_cheaply,
    read_toml_once,
)
from tests.support.office import KEY, NOW, Office
from tests.support.real_parts import real_part_missing
from tests.support.site_server import serving
from tests.support.smtp_sink import SmtpSink, listening

settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("ci")
keep_temporary_files_in_memory()
compile_routes_once()
read_toml_once()
hash_passwords_cheaply()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Drop a test on PostgreSQL if its module names others in `ON_POSTGRESQL`."""
    items[:] = [item for item in items if not _is_left_out(item)]


def _is_left_out(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function) or not hasattr(item.module, "ON_POSTGRESQL"):
        return False
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return "postgresql" in parameters and item.originalname not in item.module.ON_POSTGRESQL


@pytest.fixture(scope="session")
def facts() -> Facts:
    """The facts of the shipped support.toml, which cannot be changed."""
    return load_facts()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The folder with the socket of a running PostgreSQL server."""
    with postgresql.running_server() as folder:
        yield folder


@pytest.fixture(scope="session")
def shared_postgresql_database(postgresql_server: str) -> str:
    """The name of a migrated database; use `migrated_url` instead, which empties it."""
    name = postgresql.create_database(postgresql_server)
    _migrate(postgresql.url_of(postgresql_server, name))
    postgresql.remember_versions(postgresql_server, name)
    return name


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("migrated") / "feedback.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    database = open_database(url)
    migrate(database, NOW)
    database.close()


@pytest.fixture
def empty_postgresql_url(postgresql_server: str) -> Iterator[str]:
    """An empty PostgreSQL database without tables."""
    name = postgresql.create_database(postgresql_server)
    yield postgresql.url_of(postgresql_server, name)
    postgresql.drop_database(postgresql_server, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/feedback.sqlite"
    return str(request.getfixturevalue("empty_postgresql_url"))


@pytest.fixture
def migrated_sqlite_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    """The address of a migrated SQLite database without rows."""
    path = tmp_path / "feedback.sqlite"
    shutil.copy(migrated_sqlite_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def migrated_postgresql_url(
    postgresql_server: str, shared_postgresql_database: str
) -> Iterator[str]:
    """The address of a migrated PostgreSQL database without rows."""
    yield postgresql.url_of(postgresql_server, shared_postgresql_database)
    postgresql.reset_rows(postgresql_server, shared_postgresql_database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database without rows, on each engine.

    A test that changes tables, not only rows, uses `empty_database_url`.
    """
    return str(request.getfixturevalue(f"migrated_{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database without rows, on each engine."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def office(database_url: str, tmp_path: Path, facts: Facts) -> Iterator[Office]:
    """A support office on each engine, on a Tuesday at noon; time passes when the test says so."""
    yield from _office(database_url, tmp_path, facts)


@pytest.fixture
def sqlite_office(migrated_sqlite_url: str, tmp_path: Path, facts: Facts) -> Iterator[Office]:
    """A support office on SQLite."""
    yield from _office(migrated_sqlite_url, tmp_path, facts)


@pytest.fixture
def team_office(database_url: str, tmp_path: Path, facts: Facts) -> Iterator[Office]:
    """An office on each engine where leads may sign in, because only this machine can reach it."""
    yield from _office(database_url, tmp_path, facts, "http://127.0.0.1:8000")


@pytest.fixture
def sqlite_team_office(migrated_sqlite_url: str, tmp_path: Path, facts: Facts) -> Iterator[Office]:
    """An office on SQLite where leads may sign in."""
    yield from _office(migrated_sqlite_url, tmp_path, facts, "http://127.0.0.1:8000")


def _office(
    url: str, folder: Path, facts: Facts, public_url: str = "http://survey.example"
) -> Iterator[Office]:
    # Not open_program(), because it reads the facts again each time, which takes 15 ms.
    program = Program(
        settings=Settings(
            database=SecretStr(url),
            secret_keys=(SecretStr(KEY),),
            public_url=public_url,
            mailbox=folder / "mailbox",
            results=folder / "results",
        ),
        facts=facts,
        database=open_database(url),
        links=Links([KEY]),
    )
    # As `feedback migrate` does, so that commands of the tests change nothing else.
    register_wording(program, NOW)
    with time_machine.travel(NOW, tick=False) as traveller:
        yield Office(program, traveller)
        program.database.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

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
    """The knowledge site, built once for all tests; tests only read it."""
    from knowledge_site.build import build

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


@pytest.fixture
def chat() -> Iterator[Chat]:
    """A chat on this machine."""
    with open_chat() as chat:
        yield chat


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
