"""The interface of both engines, and the migrations on them."""

import multiprocessing
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedback_app.database import migrate as migrate_module
from feedback_app.database.choose import open_database
from feedback_app.database.contract import Database, DatabaseUnavailableError, MissingDatabaseError
from feedback_app.database.migrate import MIGRATIONS, SchemaError, migrate, require_current
from feedback_app.store import search_index

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _add_file(tx, path: str) -> int:
    return tx.run(
        "INSERT INTO rejected_files (path, written_at) VALUES (:path, :now)"
        " ON CONFLICT (path) DO NOTHING",
        path=path,
        now=NOW,
    )


def _paths(database: Database) -> list[str]:
    return [row["path"] for row in database.ask("SELECT path FROM rejected_files ORDER BY path")]


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as tx:
        _add_file(tx, "one")
        raise RuntimeError("in the middle")
    assert _paths(database) == []


def test_rows_are_visible_inside_the_transaction_and_after_the_commit(database: Database) -> None:
    with database.write() as tx:
        assert _add_file(tx, "one") == 1
        assert tx.ask("SELECT path FROM rejected_files") == [{"path": "one"}]
    assert _paths(database) == ["one"]


def test_a_duplicate_row_is_not_inserted(database: Database) -> None:
    with database.write() as tx:
        assert _add_file(tx, "one") == 1
        assert _add_file(tx, "one") == 0


def test_hostile_text_is_stored_as_a_value(database: Database) -> None:
    hostile = "'; DROP TABLE rejected_files; -- %s %(x)s :now {}\\ \u202e🐙"
    with database.write() as tx:
        _add_file(tx, hostile)
    assert _paths(database) == [hostile]


def test_a_time_is_stored_as_text_of_fixed_width(database: Database) -> None:
    with database.write() as tx:
        _add_file(tx, "one")
    assert database.ask("SELECT written_at FROM rejected_files")[0] == {
        "written_at": "2026-11-24T12:00:00Z"
    }


def test_rows_are_streamed(database: Database) -> None:
    with database.write() as tx:
        for number in range(2500):
            _add_file(tx, f"{number:04d}")
    rows = database.stream("SELECT path FROM rejected_files ORDER BY path")
    assert next(iter(rows))["path"] == "0000"
    assert sum(1 for _ in rows) == 2499


def test_writers_in_many_threads_lose_nothing(database: Database) -> None:
    def write(thread: int) -> None:
        for number in range(20):
            with database.write() as tx:
                tx.ask("SELECT count(*) AS files FROM rejected_files")
                _add_file(tx, f"{thread}-{number}")

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(_paths(database)) == 80


def test_only_one_transaction_holds_a_lock_at_a_time(database: Database) -> None:
    """Read, then write, in two threads: without the lock both would read nothing."""
    barrier = threading.Barrier(2)

    def add_once(number: int) -> None:
        barrier.wait()
        with database.write() as tx:
            tx.only_one("the file")
            if not tx.ask("SELECT 1 FROM rejected_files"):
                _add_file(tx, f"by {number}")

    for _ in range(10):
        with database.write() as tx:
            tx.run("DELETE FROM rejected_files")
        threads = [threading.Thread(target=add_once, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(_paths(database)) == 1


def test_scores_outside_the_scale_are_refused(database: Database) -> None:
    with pytest.raises(Exception, match="(?i)check"), database.write() as tx:
        tx.run(
            "INSERT INTO cases (id, source, case_id, closure_key, case_number, closed_at,"
            " closed_week, received_at) VALUES ('c','s','1','k','1','2026','2026-W01','2026')"
        )
        tx.run(
            "INSERT INTO invitations (id, case_ref, created_at, expires_at)"
            " VALUES ('i','c','2026','2026')"
        )
        tx.run(
            "INSERT INTO answers (invitation_id, revision, ease, satisfaction, contact_welcome,"
            " wording_version, language, answered_at, answered_week, flags)"
            " VALUES ('i',1,6,5,0,1,'en','2026','2026-W01','')"
        )


def test_migrating_again_changes_nothing(database: Database) -> None:
    assert migrate(database, NOW) == []


def _migrate_to(version: int, database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    with monkeypatch.context() as patch:
        patch.setattr(migrate_module, "MIGRATIONS", MIGRATIONS[:version])
        return migrate(database, NOW)


def test_migrating_version_by_version_gives_the_same_tables(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = open_database(empty_database_url)
    for version in range(1, len(MIGRATIONS) + 1):
        assert _migrate_to(version, older, monkeypatch) == [version]
    fresh = open_database(f"sqlite:///{tmp_path}/fresh.sqlite")
    migrate(fresh, NOW)
    assert older.columns() == fresh.columns()
    older.close()
    fresh.close()


def test_every_table_of_sqlite_is_strict(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/strict.sqlite")
    migrate(database, NOW)
    tables = database.ask(
        "SELECT name, strict FROM pragma_table_list WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite%'"
    )
    assert len(tables) > 15
    assert [row["name"] for row in tables if not row["strict"]] == []
    database.close()


def test_the_retired_field_is_dropped_and_its_case_kept(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_database(empty_database_url)
    _migrate_to(9, opened, monkeypatch)
    with opened.write() as tx:
        tx.run(
            "INSERT INTO cases (id, source, case_id, closure_key, case_number, closed_at,"
            " solution_proposed_at, closed_week, received_at)"
            " VALUES ('c', 's', '1', 'k', '0012', '2026', '2025', '2026-W01', '2026')"
        )
    assert migrate(opened, NOW)[0] == 10
    (row,) = opened.ask("SELECT * FROM cases")
    assert row["case_number"] == "0012"
    assert "solution_proposed_at" not in row
    opened.close()


def test_migrating_keeps_waiting_emails_and_drops_their_text(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_database(empty_database_url)
    _migrate_to(9, opened, monkeypatch)
    with opened.write() as tx:
        tx.run(
            "INSERT INTO outbox (id, kind, recipient, message, created_at, due_at)"
            " VALUES ('m', 'digest', 'lead@example.org', 'Subject: x', '2026', '2026')"
        )
    migrate(opened, NOW)
    (row,) = opened.ask("SELECT * FROM outbox")
    assert (row["id"], row["recipient"], row["week"]) == ("m", "lead@example.org", None)
    assert "message" not in row
    opened.close()


def test_migrating_keeps_follow_ups_and_the_audit_log_and_finds_sample_weeks(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_database(empty_database_url)
    _migrate_to(6, opened, monkeypatch)
    with opened.write() as tx:
        tx.run(
            "INSERT INTO cases (id, source, case_id, closure_key, case_number, closed_at,"
            " closed_week, received_at)"
            " VALUES ('c', 'sample', '1', 'k', '1', '2026', '2026', '2026')"
        )
        tx.run("INSERT INTO invitations VALUES ('i','c','2026','2026',NULL,NULL,NULL,NULL)")
        tx.run("INSERT INTO answers VALUES ('i',1,5,5,'',0,1,'en','2026','2026-W07','')")
        tx.run("INSERT INTO lead_actions VALUES ('a','2026','lena','export','2026-W07 csv')")
        tx.run("INSERT INTO follow_ups VALUES ('i','2026','2026-01-02','2027','contacted','Said')")
    migrate(opened, NOW)
    assert opened.ask("SELECT * FROM follow_ups") == [
        {
            "invitation_id": "i",
            "number": 1,
            "opened_at": "2026",
            "due_on": "2026-01-02",
            "closed_at": "2027",
            "outcome": "contacted",
            "remark": "Said",
            "owner": None,
        }
    ]
    assert opened.ask("SELECT lead_name, action, subject FROM lead_actions") == [
        {"lead_name": "lena", "action": "export", "subject": "2026-W07 csv"}
    ]
    assert opened.ask("SELECT week FROM sample_weeks") == [{"week": "2026-W07"}]
    opened.close()


def test_a_database_of_a_newer_program_is_refused(empty_database_url: str) -> None:
    database = open_database(empty_database_url)
    migrate(database, NOW)
    with database.write() as tx:
        tx.run("INSERT INTO schema_versions VALUES (99, :now, 99)", now=NOW)
    with pytest.raises(SchemaError, match="needs a program with schema version 99 or newer"):
        migrate(database, NOW)
    with pytest.raises(SchemaError, match="newer program"):
        require_current(database)
    database.close()


def test_an_empty_database_must_be_migrated_first(empty_database_url: str) -> None:
    empty = open_database(empty_database_url)
    with empty.migrating():
        pass
    with pytest.raises(SchemaError, match="run 'feedback migrate' first"):
        require_current(empty)
    empty.close()


def _migrate_in_process(url: str, results) -> None:
    database = open_database(url)
    try:
        results.put(len(migrate(database, NOW)))
    except Exception as error:
        results.put(repr(error))
    finally:
        database.close()


def test_four_processes_can_migrate_at_the_same_time(empty_database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    processes = [
        context.Process(target=_migrate_in_process, args=(empty_database_url, results))
        for _ in range(4)
    ]
    for process in processes:
        process.start()
    found = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert sorted(found) == [0, 0, 0, len(MIGRATIONS)]


def test_sqlite_keeps_every_commit_on_disk(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/deep/er/feedback.sqlite")
    migrate(database, NOW)
    modes = {
        name: next(iter(database.ask(f"PRAGMA {name}")[0].values()))
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    database.close()
    assert modes == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_the_error_names_a_path_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    database = open_database(f"sqlite:///{tmp_path}/file/feedback.sqlite")
    with pytest.raises(DatabaseUnavailableError, match="cannot open .*file"):
        migrate(database, NOW)


def test_only_a_migration_creates_a_database_file(tmp_path: Path) -> None:
    path = tmp_path / "var" / "feedback.sqlite"
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(MissingDatabaseError, match=f"no database at {path}"):
        database.ask("SELECT 1")
    with pytest.raises(MissingDatabaseError), database.write():
        pass
    assert list(tmp_path.iterdir()) == []
    migrate(database, NOW)
    assert path.is_file()
    database.close()


def test_an_unknown_database_url_is_refused_with_the_supported_ones() -> None:
    with pytest.raises(
        ValueError, match="starts with 'mysql': use sqlite:///path or postgresql://"
    ):
        open_database("mysql://localhost/x")


def test_postgresql_reconnects_after_its_connection_was_closed(empty_postgresql_url: str) -> None:
    database = open_database(empty_postgresql_url)
    other = open_database(empty_postgresql_url)
    backend = database.ask("SELECT pg_backend_pid() AS pid")[0]["pid"]
    other.ask("SELECT pg_terminate_backend(:pid)", pid=backend)
    assert database.ask("SELECT 1 AS one") == [{"one": 1}]
    database.close()
    other.close()


def test_the_search_finds_texts_from_before_the_migration(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_database(empty_database_url)
    _migrate_to(9, opened, monkeypatch)
    with opened.write() as tx:
        tx.run(
            "INSERT INTO cases (id, source, case_id, closure_key, case_number, closed_at,"
            " closed_week, received_at)"
            " VALUES ('c', 's', 'c', 'k', '1', '2026', '2026-W07', '2026')"
        )
        tx.run(
            "INSERT INTO invitations (id, case_ref, created_at, expires_at)"
            " VALUES ('i', 'c', '2026', '2026')"
        )
        for revision, comment in ((1, "Plain"), (2, "Straße")):
            tx.run(
                "INSERT INTO answers VALUES"
                " ('i', :revision, 5, 5, :comment, 0, 1, 'en', '2026', '2026-W07', '')",
                revision=revision,
                comment=comment,
            )
        tx.run("INSERT INTO decisions VALUES ('d', '2026-W07', NULL, 'Plain', '2026')")
        tx.run("UPDATE cases SET customer = 'Plain Ltd'")
    migrate(opened, NOW)
    for _ in range(2):
        found = {
            (kind, word): [hit.key for hit in search_index.hits(opened, kind, [word], 5)]
            for kind in search_index.KINDS
            for word in ("strasse", "plain")
        }
        assert {place: keys for place, keys in found.items() if keys} == {
            ("comment", "strasse"): ["i"],
            ("decision", "plain"): ["d"],
            ("customer", "plain"): ["Plain Ltd"],
        }
        search_index.catch_up(opened)
    opened.close()
