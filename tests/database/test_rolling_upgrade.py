"""Processes of two versions use one database while an installation is being upgraded."""

import http.client
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from feedback_app.database import migrate as migrate_module
from feedback_app.database.choose import open_database
from feedback_app.database.migrate import MIGRATIONS, SchemaError, migrate, require_current
from feedback_app.records import Lead
from feedback_app.store import answers, lead_sessions, leads, send_pauses, sender_keys
from tests.support.next_release import ADDITIONS
from tests.support.server import environment, feedback, free_port, running

_UNREAD = "SELECT invitation_id FROM open_answers WHERE unread_revision IS NOT NULL"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FIRST_RULED = 28
FOLDER = Path(migrate_module.__file__).with_name("migrations")
RULED = [path for path in sorted(FOLDER.glob("*.sql")) if int(path.name[:4]) >= FIRST_RULED]
NEXT = len(MIGRATIONS) + 1
DROPPING = (
    "DROP TABLE rejected_files",
    f"UPDATE schema_versions SET oldest_program = {NEXT} WHERE version = {NEXT}",
)

# What a program that does not know of it stumbles over. Triggers and changed values need thought.
_CONTRACTING = (
    r"\bDROP\s+(TABLE|COLUMN|VIEW|CONSTRAINT|FUNCTION)\b",
    r"\bDROP\s+(DEFAULT|IDENTITY)\b",
    r"\bRENAME\b",
    r"\bALTER\s+(COLUMN\s+)?\w+\s+(SET\s+DATA\s+)?TYPE\b",
    r"\bSET\s+NOT\s+NULL\b",
    r"\bADD\s+(CONSTRAINT|CHECK|UNIQUE|FOREIGN|PRIMARY|EXCLUDE)\b",
    r"\bADD\s+(COLUMN\s+)?\w+\b(?=[^;]*\bNOT\s+NULL\b)(?![^;]*\bDEFAULT\b)",
    r"\bADD\s+(COLUMN\s+)?\w+\b[^;]*\b(CHECK|UNIQUE)\b",
    r"\bCREATE\s+UNIQUE\s+INDEX\b",
    # Otherwise an earlier program cannot delete the row referred to.
    r"\bREFERENCES\s+\w++\s*+(\([^)]*\))?+(?!\s*ON\s+DELETE\s+(CASCADE|SET\s+NULL))",
)


def contracting(sql: str) -> list[str]:
    """Return the parts of `sql` with which programs of an earlier version cannot work."""
    sql = re.sub(r"--[^\n]*", "", sql)
    found = (re.search(pattern, sql, re.IGNORECASE) for pattern in _CONTRACTING)
    return [" ".join(one[0].split()) for one in found if one]


@pytest.mark.parametrize("path", RULED, ids=lambda path: path.name)
def test_a_migration_that_earlier_programs_cannot_use_names_the_oldest_that_can(
    path: Path,
) -> None:
    sql, number = path.read_text(encoding="utf-8"), int(path.name[:4])
    named = re.findall(r"SET oldest_program = (\d+) WHERE version = (\d+)", sql)
    if not named:
        assert contracting(sql) == [], f"see 'Migrations' in CONTRIBUTING.md about {path.name}"
    for oldest, version in named:
        assert int(version) == number
        assert FIRST_RULED <= int(oldest) <= number


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE notes",
        "ALTER TABLE notes DROP COLUMN text",
        "ALTER TABLE notes RENAME TO remarks",
        "ALTER TABLE notes RENAME COLUMN text TO words",
        "ALTER TABLE notes ALTER COLUMN text TYPE integer",
        "ALTER TABLE notes ALTER text SET NOT NULL",
        "ALTER TABLE notes ALTER COLUMN text DROP DEFAULT",
        "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL",
        "ALTER TABLE notes ADD COLUMN stars INTEGER CHECK (stars > 0)",
        "ALTER TABLE notes ADD CONSTRAINT short CHECK (length(text) < 9)",
        "create unique index one_note on notes (invitation_id)",
        "CREATE TABLE likes (note TEXT REFERENCES notes (id))",
    ],
)
def test_a_change_that_earlier_programs_cannot_use_is_recognised(statement: str) -> None:
    assert contracting(statement)


def test_additions_are_recognised_as_such() -> None:
    additive = (
        "CREATE TABLE likes (id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''), UNIQUE (id))",
        "CREATE INDEX likes_by_id ON likes (id)",
        "DROP INDEX likes_by_id",
        "ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 0",
        "-- Not RENAME, because earlier programs run.\nALTER TABLE notes ADD COLUMN author TEXT",
        *ADDITIONS,
    )
    assert [contracting(statement) for statement in additive] == [[]] * len(additive)


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Migrate a database with a program that has one more migration of these statements."""

    def run(database, *statements: str, rolling: bool = True) -> list[int]:
        with monkeypatch.context() as patch:
            patch.setattr(migrate_module, "MIGRATIONS", (*MIGRATIONS, statements))
            return migrate(database, NOW, rolling)

    return run


def test_a_program_keeps_working_after_an_addition(empty_database_url: str, upgrade) -> None:
    database = open_database(empty_database_url)
    migrate(database, NOW)
    assert upgrade(database, *ADDITIONS) == [NEXT]
    require_current(database)
    assert migrate(database, NOW) == [], "nothing to do for the earlier program"
    database.close()


def test_statements_that_postgresql_has_prepared_work_after_an_addition(
    empty_postgresql_url: str, upgrade
) -> None:
    """psycopg prepares a statement that it executes for the sixth time."""
    old, new = open_database(empty_postgresql_url), open_database(empty_postgresql_url)
    migrate(new, NOW)
    for turn in range(8):
        if turn == 7:
            upgrade(new, *ADDITIONS)
        assert (
            leads.all_leads(old) == sender_keys.all_keys(old) == answers.revisions(old, "i") == []
        )
        assert lead_sessions.find_lead(old, "digest", NOW, NOW) is send_pauses.find(old) is None
    old.close()
    new.close()


def test_no_statement_reads_all_columns_of_a_table() -> None:
    star = re.compile(r"(?<!FROM \()\bSELECT\s+(\w+\.)?\*|\bRETURNING\s+(\w+\.)?\*")
    product = Path(migrate_module.__file__).parents[1]
    found = [path.name for path in product.rglob("*.py") if star.search(path.read_text("utf-8"))]
    assert found == []


def test_a_change_that_running_programs_cannot_use_waits_until_they_are_stopped(
    empty_database_url: str, upgrade
) -> None:
    database = open_database(empty_database_url)
    migrate(database, NOW)
    before = database.columns()
    with pytest.raises(SchemaError, match=r"stop all servers .* 'feedback migrate --stopped'"):
        upgrade(database, *DROPPING)
    assert database.columns() == before
    require_current(database)
    assert upgrade(database, *DROPPING, rolling=False) == [NEXT]
    with pytest.raises(SchemaError, match=f"needs a program with schema version {NEXT} or"):
        require_current(database)
    database.close()


def test_a_new_database_needs_no_stop(empty_database_url: str, upgrade) -> None:
    database = open_database(empty_database_url)
    assert upgrade(database, *DROPPING)[-1] == NEXT
    database.close()


class _Process:
    """The server of one version, and the requests of a customer and a lead to it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def request(self, method: str, path: str, **fields: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "RemoteUser": "lena"}
        cookie = getattr(self, "cookie", None)
        if cookie:
            headers["Cookie"] = cookie
        connection.request(method, path, urlencode(fields) or None, headers)
        response = connection.getresponse()
        page = response.read().decode()
        self.cookie = response.headers.get("Set-Cookie", cookie or "").partition(";")[0]
        connection.close()
        return response.status, page

    def answer(self, path: str) -> int:
        page = self.request("GET", path)[1]
        value = page.split('name="page" value="')[1].split('"')[0]
        return self.request("POST", path, page=value, ease="1", satisfaction="2", comment="Hm")[0]

    def mark_as_read(self, invitation_id: str) -> int:
        page = self.request("GET", "/review/unread")[1]
        token = re.search(r'name="csrf_token" value="([^"]*)"', page)
        place = f"/review/answers/{invitation_id}/read"
        return self.request("POST", place, revision="1", csrf_token=token[1] if token else "")[0]


def test_old_and_new_processes_work_side_by_side(
    empty_database_url: str, tmp_path: Path, upgrade
) -> None:
    old, new = _Process(free_port()), _Process(free_port())
    env = {
        **environment(tmp_path, old.port),
        "FEEDBACK_DATABASE": empty_database_url,
        "FEEDBACK_TRUSTED_PROXIES": "127.0.0.1",
        "FEEDBACK_SIGN_IN_HEADER": "RemoteUser",
        "FEEDBACK_ALERT_URLS": "lead@example.org",
    }
    database = open_database(empty_database_url)
    migrate(database, NOW)
    with database.write() as tx:
        leads.add(tx, Lead(name="lena", role="lead", password_hash=None, added_at=NOW))
    links = [urlsplit(link).path for link in feedback("mint", "4", env=env).split()]
    command = [sys.executable, "-m", "feedback_app.cli", "serve", "--port", str(old.port)]
    next_release = [sys.executable, "-m", "tests.support.next_release"]
    with running(command, old.port, env):
        assert old.answer(links[0]) == 303
        upgrade(database, *ADDITIONS)
        with running([*next_release, "serve", "--port", str(new.port)], new.port, env):
            for process, link in ((old, links[1]), (new, links[2]), (old, links[3])):
                assert process.answer(link) == 303
                assert process.request("GET", "/readyz")[0] == 200
            ids = [row["invitation_id"] for row in database.ask(_UNREAD)]
            for process, invitation_id in zip((old, new, old, new), ids, strict=True):
                assert process.request("GET", f"/review/answers/{invitation_id}")[0] == 200
                assert process.mark_as_read(invitation_id) == 303
            assert database.ask(_UNREAD) == []
    # Workers of both versions, started after the migration.
    assert "4 messages sent" in feedback("worker", "--once", env=env)
    last = subprocess.run(
        [*next_release, "worker", "--once"], env=env, check=True, capture_output=True, text=True
    )
    assert "0 messages sent" in last.stdout
    database.close()


def test_migrations_have_consecutive_numbers() -> None:
    """The statements of one engine run with the migration of the same number."""
    numbers = [int(path.name[:4]) for path in FOLDER.glob("*.sql") if path.suffixes == [".sql"]]
    assert sorted(numbers) == list(range(1, len(MIGRATIONS) + 1))
    assert {int(path.name[:4]) for path in FOLDER.glob("*.*.sql")} <= set(numbers)


_ROWS_OF_EARLIER_PROGRAMS = (
    """INSERT INTO cases (id, source, case_id, closure_key, case_number, closed_at, closed_week,
                          received_at)
       VALUES ('c', 's', '1', '1', '1', '2026-11-17T10:00:00Z', '2026-W47', '2026-11-17T10:00:00Z')
    """,
    "INSERT INTO invitations (id, case_ref, created_at, expires_at) VALUES ('i', 'c', '26', '27')",
    """INSERT INTO answers (invitation_id, revision, ease, satisfaction, comment, contact_welcome,
                            wording_version, language, answered_at, answered_week, flags)
       VALUES ('i', 1, 5, 5, '', 0, 1, 'en', '2026-11-18T10:00:00Z', '2026-W47', '')""",
)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_rows_of_an_earlier_program_get_the_week_of_their_case(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    database = open_database(empty_database_url)
    with monkeypatch.context() as patch:
        if moment == "before":
            patch.setattr(migrate_module, "MIGRATIONS", MIGRATIONS[:29])
        migrate(database, NOW)
        with database.write() as tx:
            for statement in _ROWS_OF_EARLIER_PROGRAMS:
                tx.run(statement)
    migrate(database, NOW)
    for table in ("invitations", "answers"):
        assert database.ask(f"SELECT cohort_week FROM {table}") == [{"cohort_week": "2026-W47"}]
    database.close()
