"""Time-outs of PostgreSQL, and a server that is frozen, restarted or read-only."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import psycopg
import pytest

from feedback_app.app import create_app
from feedback_app.database.contract import DatabaseLimits, DatabaseUnavailableError
from feedback_app.database.postgresql import PostgreSQL
from tests.support.office import Office
from tests.support.postgresql import frozen

LIMITS = DatabaseLimits(connections=2, connect_seconds=2, statement_seconds=1, lock_seconds=1)


@pytest.fixture
def database(migrated_postgresql_url: str) -> Iterator[PostgreSQL]:
    opened = PostgreSQL(migrated_postgresql_url, LIMITS)
    yield opened
    opened.close()


def test_the_reason_why_no_connection_opens_is_named(migrated_postgresql_url: str) -> None:
    opened = PostgreSQL(f"{migrated_postgresql_url}&dbname=not_there", LIMITS)
    with pytest.raises(DatabaseUnavailableError, match='database "not_there" does not exist'):
        opened.ask("SELECT 1")
    opened.close()


def _seconds(work) -> float:
    started = time.monotonic()
    with pytest.raises(DatabaseUnavailableError):
        work()
    return time.monotonic() - started


def test_a_frozen_server_is_reported_within_five_seconds_and_used_again_later(
    database: PostgreSQL, postgresql_server: str
) -> None:
    database.ask("SELECT 1")
    with frozen(postgresql_server):
        assert _seconds(lambda: database.ask("SELECT 1")) < 5
        waits = [threading.Thread(target=lambda: _seconds(lambda: database.ask("SELECT 1")))]
        waits[0].start()
        time.sleep(0.2)
        assert _seconds(lambda: database.ask("SELECT 1")) < 0.5, "only one thread waits for it"
        waits[0].join()
    assert database.ask("SELECT 1 AS one") == [{"one": 1}]


def test_a_server_that_freezes_in_a_statement_is_not_waited_for_without_end(
    database: PostgreSQL, postgresql_server: str
) -> None:
    with database.write() as tx:
        tx.ask("SELECT 1")
        with frozen(postgresql_server):
            started = time.monotonic()
            with pytest.raises(psycopg.OperationalError, match="no reply within 3"):
                tx.ask("SELECT 1")
            assert time.monotonic() - started < 5
        pytest.raises(psycopg.OperationalError, tx.ask, "SELECT 1")


def test_a_customer_whose_request_meets_a_server_that_freezes_waits_less_than_five_seconds(
    migrated_postgresql_url: str, postgresql_server: str, sqlite_office: Office
) -> None:
    database = PostgreSQL(migrated_postgresql_url, DatabaseLimits())
    program = replace(sqlite_office.program, database=database)
    app = create_app(parts=program)
    freezing = ExitStack()

    def freeze(_token: str) -> None:
        with database.write() as tx:
            freezing.enter_context(frozen(postgresql_server))
            tx.ask("SELECT 1")

    with freezing, pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedback_app.survey.views.open_invitation", freeze)
        started = time.monotonic()
        assert app.test_client().post("/f/x", data={"ease": "1"}).status_code == 503
        assert time.monotonic() - started < 5
    database.close()


def test_a_slow_statement_is_ended_and_its_transaction_undone(database: PostgreSQL) -> None:
    with pytest.raises(DatabaseUnavailableError, match="statement timeout"), database.write() as tx:
        tx.run("INSERT INTO rejected_files VALUES ('one', '2026')")
        tx.ask("SELECT pg_sleep(5)")
    assert database.ask("SELECT * FROM rejected_files") == []


def test_a_lock_that_another_transaction_keeps_is_not_waited_for_without_end(
    database: PostgreSQL, migrated_postgresql_url: str
) -> None:
    other = PostgreSQL(migrated_postgresql_url, LIMITS)
    with other.write() as theirs:
        theirs.only_one("the file")
        expected = pytest.raises(DatabaseUnavailableError, match=r"lock timeout|statement timeout")
        with expected, database.write() as tx:
            tx.only_one("the file")
    other.close()


def test_more_threads_than_connections_share_them(database: PostgreSQL) -> None:
    def work() -> None:
        for _ in range(20):
            with database.write() as tx:
                tx.ask("SELECT 1")

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (row,) = database.ask(
        "SELECT count(*) AS connections FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()"
    )
    assert row["connections"] <= LIMITS.connections


def test_reads_inside_a_transaction_see_its_rows(database: PostgreSQL) -> None:
    with database.write() as tx:
        tx.run("INSERT INTO rejected_files VALUES ('one', '2026')")
        assert database.ask("SELECT path FROM rejected_files") == [{"path": "one"}]
    assert database.ask("SELECT path FROM rejected_files") == [{"path": "one"}]


def test_connections_that_the_server_ended_are_replaced(database: PostgreSQL) -> None:
    with database.write() as tx:
        tx.ask("SELECT 1")
    with psycopg.connect(database._url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert database.ask("SELECT 1 AS one") == [{"one": 1}]


def test_a_read_only_server_is_reported_as_unavailable(database: PostgreSQL) -> None:
    with pytest.raises(DatabaseUnavailableError, match="read-only"), database.write() as tx:
        tx.run("SET TRANSACTION READ ONLY")
        tx.run("INSERT INTO rejected_files VALUES ('one', '2026')")


def test_migrations_have_no_time_limit(database: PostgreSQL) -> None:
    with database.migrating() as tx:
        (row,) = tx.ask("SELECT current_setting('statement_timeout') AS seconds")
        assert row["seconds"] == "0"
    (row,) = database.ask("SELECT current_setting('statement_timeout') AS seconds")
    assert row["seconds"] == "1s"
