"""Erased text leaves the files of PostgreSQL, and its write-ahead log."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from feedback_app.database.choose import open_database
from feedback_app.database.migrate import migrate
from tests.support.files import containing
from tests.support.office import NOW
from tests.support.postgresql import running_server, url_of

SECRET = "wolpertinger"
CASES = f"""
    INSERT INTO cases (id, source, case_id, closure_key, case_number, case_kind, closure_reason,
                       customer, contact_email, opened_at, closed_at, closed_week, received_at)
    SELECT 'case-' || n, 'tests', 'case-' || n, '1', '0' || n, 'software', 'confirmed',
           CASE n % 90 WHEN 7 THEN '{SECRET} ' || n ELSE 'Customer ' || n END,
           CASE n % 90 WHEN 7 THEN '{SECRET}' || n ELSE 'person' || n END || '@customer.example',
           at, at, '2026-W48', at
    FROM generate_series(1, :rows) AS n, (VALUES ('2026-11-24T10:00:00Z')) AS times (at)"""
# Each update leaves an earlier version of the row.
CHANGED = "UPDATE cases SET closure_reason = NULL WHERE customer LIKE :secret"
ERASED = "UPDATE cases SET customer = NULL, contact_email = NULL WHERE customer LIKE :secret"


@pytest.fixture
def server() -> Iterator[str]:
    # As deploy/README.md describes it.
    with running_server("wal_recycle=off") as folder:
        with _administrator(folder, "postgres") as connection:
            connection.execute("CREATE ROLE shared_view LOGIN")
            connection.execute("CREATE DATABASE shared_view OWNER shared_view")
        with _administrator(folder) as connection:
            connection.execute("GRANT EXECUTE ON FUNCTION pg_switch_wal() TO shared_view")
        yield folder


def _administrator(server: str, name: str = "shared_view") -> "psycopg.Connection[tuple[str]]":
    return psycopg.connect(url_of(server, name), autocommit=True)


@pytest.mark.parametrize("rows", [900, 60_000])
def test_erased_text_is_in_no_file_after_the_next_checkpoint(server: str, rows: int) -> None:
    database = open_database(url_of(server, "shared_view").replace("postgres@", "shared_view@"))
    migrate(database, NOW)
    with database.write() as tx:
        tx.run(CASES, rows=rows)
    with database.write() as tx:
        tx.run("ANALYZE")
        tx.run(CHANGED, secret=f"{SECRET}%")
    assert containing(Path(server) / "data" / "pg_wal", SECRET)
    with database.write() as tx:
        tx.run(ERASED, secret=f"{SECRET}%")
        tx.run("DELETE FROM search_changes WHERE key LIKE :secret", secret=f"{SECRET}%")
    database.scrub()
    with _administrator(server) as connection:
        if rows > 900:
            # SECURITY.md gives these commands for large tables.
            connection.execute("ANALYZE")
            connection.execute("VACUUM FULL")
            connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")
    assert containing(Path(server) / "data", SECRET) == []
    database.close()
