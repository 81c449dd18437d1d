"""`feedback backup` and `feedback restore`: complete, verified, and no email is sent twice."""

import hashlib
import json
import os
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result

from feedback_app.commands.backup import backup_command, restore_command
from feedback_app.commands.outbox import release
from feedback_app.commands.outbox import show as list_waiting
from feedback_app.commands.serving import worker_command
from feedback_app.database import migrate
from feedback_app.database.choose import copies_of, open_database
from feedback_app.database.contract import BackupError
from feedback_app.database.sqlite_copies import SQLiteCopies
from feedback_app.jobs import restored
from feedback_app.jobs.restored import LastSent, require_not_restored
from feedback_app.store import health, opt_outs
from support_facts import FACTS_FILE
from tests.support.office import Customer, Office, a_case
from tests.support.senders import with_settings

# The others do not depend on the engine.
ON_POSTGRESQL = (
    "test_a_backup_is_restored_elsewhere_with_all_rows_and_files",
    "test_no_email_of_a_restored_backup_is_sent_until_it_is_released",
    "test_existing_data_is_only_replaced_on_request",
    "test_opt_outs_and_erasures_after_the_backup_are_repeated",
    "test_a_backup_of_an_older_version_is_migrated",
    "test_a_postgresql_database_of_a_newer_program_is_not_replaced",
    "test_a_database_that_is_in_use_is_not_replaced",
    "test_a_backup_does_not_wait_for_a_change_that_is_not_finished",
)


class Target:
    """A new machine: an empty folder, an empty database, and the same secret keys."""

    def __init__(self, office: Office, folder: Path, url: str) -> None:
        self.office, self.folder, self.url = office, folder, url

    def run(self, command: click.Command, *words: str, **settings: str) -> Result:
        places = {"FEEDBACK_DATABASE": self.url, "FEEDBACK_MAILBOX": str(self.folder / "mailbox")}
        places["FEEDBACK_RESULTS"] = str(self.folder / "results")
        return self.office.run(command, *words, **{**places, **settings})

    def restore(self, backup: Path, *words: str, **settings: str) -> str:
        done = self.run(restore_command, str(backup), *words, **settings)
        assert done.exit_code == 0, done.output
        return done.output

    def rows(self, table: str) -> list[dict[str, Any]]:
        with closing(open_database(self.url)) as database:
            return database.ask(f"SELECT * FROM {table}")

    def columns(self) -> dict[str, set[str]]:
        with closing(open_database(self.url)) as database:
            return database.columns()


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # An operator's own pages are in docs/ of the current folder.
    (tmp_path / "current").mkdir()
    monkeypatch.chdir(tmp_path / "current")


@pytest.fixture
def target(request: pytest.FixtureRequest, office: Office, tmp_path: Path) -> Target:
    is_sqlite = office.program.database.engine == "sqlite"
    sqlite_url = f"sqlite:///{tmp_path}/target/feedback.sqlite"
    url = sqlite_url if is_sqlite else request.getfixturevalue("empty_postgresql_url")
    return Target(office, tmp_path / "target", str(url))


def back_up(office: Office, *words: str) -> Path:
    """Make a backup and return its folder."""
    folder = office.mailbox.parent / "backups"
    results = str(office.program.settings.results)
    done = office.run(backup_command, str(folder), *words, FEEDBACK_RESULTS=results)
    assert done.exit_code == 0, done.output
    assert "FEEDBACK_SECRET_KEYS" in done.output
    office.wait(seconds=1)
    return Path(done.output.partition(":")[0])


@pytest.fixture
def backup(office: Office) -> Path:
    """A backup of an office with an answer, a sent and a waiting email, and published figures."""
    results = office.program.settings.results
    (results / "notes").mkdir(parents=True)
    (results / "notes/2026-W47.json").write_text("{}")
    customer = Customer(office, office.invite("1"))
    customer.send(ease="5", satisfaction="4", comment="Quick.")
    office.receive(a_case("2", contact_email="two@customer.example"))
    return back_up(office)


def test_a_backup_is_restored_elsewhere_with_all_rows_and_files(
    office: Office, backup: Path, target: Target
) -> None:
    before = office.everything()
    printed = target.restore(backup)
    assert "Restored the backup of 2026-11-24T12:00:20Z: 2 cases, 1 version of an ans" in printed
    later = ("job_runs", "lead_actions", "search_changes", "search_texts")
    for table, rows in before.items():
        if table not in later:
            assert target.rows(table) == rows, table
    assert len(list((target.folder / "mailbox").glob("*.eml"))) == 1
    assert (target.folder / "results/notes/2026-W47.json").read_text() == "{}"
    assert [row["action"] for row in target.rows("lead_actions")] == ["backup restored"]
    assert health.last_runs(office.program.database)["backup"] < office.now


def test_only_the_owner_can_read_a_backup(backup: Path) -> None:
    for path in (backup.parent, backup, *backup.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    texts = [path.read_bytes() for path in backup.rglob("*") if path.is_file()]
    assert not any(b"a-key-for-tests-only" in text for text in texts)


def test_no_email_of_a_restored_backup_is_sent_until_it_is_released(
    office: Office, backup: Path, target: Target
) -> None:
    printed = target.restore(backup)
    assert "1 waiting email is held, because" in printed
    listed = target.run(list_waiting).output
    assert "All emails are held: A backup of 2026-11-24T12:00:20Z was restored" in listed
    refused = target.run(worker_command, "--once")
    assert refused.exit_code == 1
    assert "A backup of 2026-11-24T12:00:20Z was restored" in refused.output
    words = next(line.split()[3:] for line in printed.splitlines() if "  feedback" in line)
    assert "1 counted as sent, 0 released" in target.run(release, *words).output
    assert "0 messages sent" in target.run(worker_command, "--once").output
    assert target.run(list_waiting).output == "No emails are waiting.\n"


def test_a_release_on_one_machine_counts_for_the_workers_of_all(office: Office) -> None:
    office.receive(a_case("1"))
    last = LastSent.of(office.program.settings)
    last.write("sent after the backup")
    os.utime(last.path, 2 * (office.now.timestamp() - 1,))
    other = with_settings(office, mailbox=office.mailbox.with_name("other"))
    with pytest.raises(RuntimeError, match="older than the last email"):
        require_not_restored(office.program, office.now)
    restored.hold(other, office.now - timedelta(days=1), office.now)
    with pytest.raises(RuntimeError, match="was restored"):
        require_not_restored(office.program, office.now)
    restored.release(other, office.now + timedelta(seconds=1))
    require_not_restored(office.program, office.now)


def test_existing_data_is_only_replaced_on_request(
    office: Office, backup: Path, target: Target
) -> None:
    target.restore(backup)
    refused = target.run(restore_command, str(backup))
    assert refused.exit_code == 1
    assert "already contains data. Nothing was changed" in refused.output
    target.restore(backup, "--replace")
    assert len(target.rows("cases")) == 2


def test_files_that_differ_are_only_replaced_on_request(
    office: Office, backup: Path, target: Target
) -> None:
    file = target.folder / "results/notes/2026-W47.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"ours": 1}')
    refused = target.run(restore_command, str(backup))
    assert f"{file} differs from the backup" in refused.output
    assert file.read_text() == '{"ours": 1}'
    target.restore(backup, "--replace")
    assert file.read_text() == "{}"


def test_equal_files_in_a_folder_that_is_read_only_do_not_prevent_a_restore(
    office: Office, target: Target, tmp_path: Path
) -> None:
    pages = tmp_path / "pages"
    (pages / "en").mkdir(parents=True)
    (pages / "en/ours.md").write_text("Ours")
    folder = tmp_path / "backups"
    done = office.run(backup_command, str(folder), FEEDBACK_DOCS=str(pages))
    assert done.exit_code == 0, done.output
    written_at = (pages / "en/ours.md").stat().st_mtime_ns
    target.restore(*folder.iterdir(), FEEDBACK_DOCS=str(pages))
    assert (pages / "en/ours.md").stat().st_mtime_ns == written_at


def test_opt_outs_and_erasures_after_the_backup_are_repeated(
    office: Office, backup: Path, target: Target
) -> None:
    printed = target.restore(backup)
    assert "after 2026-11-24T12:00:20Z, repeat the opt-outs and erasures since" in printed
    office.wait(hours=1)
    database = open_database(target.url)
    other = Office(with_settings(office, mailbox=target.folder / "mailbox"), office._traveller)
    other.program.__dict__["database"] = database
    other.erase("1")
    with database.write() as tx:
        opt_outs.add(tx, "two@customer.example", office.now)
    database.close()
    printed = target.restore(backup, "--replace")
    assert "Repeated: 1 erasure after the backup, and the opt-outs" in printed
    assert [row["comment"] for row in target.rows("answers")] == [None]
    emails = {row["case_number"]: row["contact_email"] for row in target.rows("cases")}
    assert emails == {"1": None, "2": "two@customer.example"}
    assert len(target.rows("opt_outs")) == 1
    assert list((target.folder / "mailbox").glob("*.eml")) == []


def _edited(backup: Path, **values: Any) -> None:
    path = backup / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


FAULTS = {
    "1 file of": lambda backup: _flip(next(backup.glob("database.*"))),
    "for example results/notes/2026-W47.json": lambda backup: (
        backup / "results/notes/2026-W47.json"
    ).unlink(),
    "for example evil": lambda backup: (backup / "evil").write_text("x"),
    "name the folder of a backup": lambda backup: (backup / "manifest.json").unlink(),
    "schema version 999, but this program only supports": lambda backup: _edited(
        backup, schema_version=999
    ),
    "data cannot be moved from one to the other": lambda backup: _edited(
        backup, engine="sqlite" if list(backup.glob("*.dump")) else "postgresql"
    ),
    "the rows of": lambda backup: _edited(backup, rows={"cases": 3}),
    "format: Input should be 1": lambda backup: _edited(backup, format=2),
}


@pytest.mark.parametrize("said", FAULTS)
def test_a_backup_that_cannot_be_used_changes_nothing(
    said: str, office: Office, backup: Path, target: Target
) -> None:
    FAULTS[said](backup)
    done = target.run(restore_command, str(backup))
    assert done.exit_code == 1
    assert said in done.output
    assert not target.folder.exists()


def test_facts_that_this_program_cannot_use_are_refused_before_anything_changes(
    office: Office, target: Target, tmp_path: Path
) -> None:
    facts, folder = tmp_path / "support.toml", tmp_path / "backups"
    text = FACTS_FILE.read_text("utf-8")
    facts.write_text(text, "utf-8")
    office.run(backup_command, str(folder), FEEDBACK_FACTS=str(facts))
    (backup,) = folder.iterdir()
    (backup / "support.toml").write_text(text.replace("[survey]", "[surveys]"), "utf-8")
    files = {path: path.read_bytes() for path in backup.iterdir()}
    changed = json.loads(files[backup / "manifest.json"])
    changed["files"]["support.toml"] = {
        "size_bytes": len(files[backup / "support.toml"]),
        "sha256": hashlib.sha256(files[backup / "support.toml"]).hexdigest(),
    }
    _edited(backup, files=changed["files"])
    places = {"FEEDBACK_FACTS": str(target.folder / "support.toml")}
    done = target.run(restore_command, str(backup), **places)
    assert done.exit_code == 1
    assert "Nothing was changed. Install version" in done.output
    assert not target.folder.exists()


def test_the_folder_above_the_backups_names_the_newest(office: Office, backup: Path) -> None:
    newest = back_up(office)
    done = office.run(restore_command, str(backup.parent))
    assert f"name one backup, such as {newest}" in done.output


def test_a_backup_of_an_older_version_is_migrated(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = len(migrate.MIGRATIONS)
    with monkeypatch.context() as older:
        older.setattr(migrate, "MIGRATIONS", migrate.MIGRATIONS[:20])
        target.folder.mkdir()
        database = open_database(target.url)
        migrate.migrate(database, target.office.now)
        database.close()
    done = target.run(backup_command, str(tmp_path / "backups"))
    assert done.exit_code == 0, done.output
    (backup,) = (tmp_path / "backups").iterdir()
    target.restore(backup)
    assert max(row["version"] for row in target.rows("schema_versions")) == newest
    tables = target.columns()
    # Now the database has tables that the backup does not have.
    target.restore(backup, "--replace")
    assert target.columns() == tables


def test_a_postgresql_database_of_a_newer_program_is_not_replaced(
    office: Office, backup: Path, target: Target
) -> None:
    target.restore(backup)
    database = open_database(target.url)
    with database.write() as tx:
        tx.run("INSERT INTO schema_versions (version, applied_at) VALUES (999, 'later')")
    database.close()
    done = target.run(restore_command, str(backup), "--replace")
    is_sqlite = office.program.database.engine == "sqlite"
    assert (done.exit_code, "create an empty database" in done.output) == (
        (0, False) if is_sqlite else (1, True)
    )


def test_a_database_that_is_in_use_is_not_replaced(office: Office, backup: Path) -> None:
    done = office.run(restore_command, str(backup), "--replace")
    assert done.exit_code == 1
    assert "stop 'feedback serve' and 'feedback worker'" in done.output
    assert office.rows("lead_actions") == []


def test_a_damaged_sqlite_file_is_replaced(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    office.receive(a_case("1"))
    backup = back_up(office)
    office.program.database.close()
    file = tmp_path / "feedback.sqlite"
    file.write_bytes(b"not a database" * 1000)
    words = (str(backup),)
    assert "already contains data" in office.run(restore_command, *words).output
    done = office.run(restore_command, *words, "--replace")
    assert done.exit_code == 0, done.output
    assert len(office.rows("cases")) == 1


def test_secret_keys_and_places_that_the_settings_lack_are_named(
    office: Office, target: Target, tmp_path: Path
) -> None:
    presets = tmp_path / "presets"
    presets.mkdir()
    (presets / "ours.toml").write_text('title = "Ours"\nlike = "jira"\n')
    folder = tmp_path / "backups"
    office.run(backup_command, str(folder), FEEDBACK_PRESETS=str(presets))
    printed = target.restore(*folder.iterdir(), FEEDBACK_SECRET_KEYS="another-key" * 4)
    assert "1 of the 1 secret keys of the backup are not in FEEDBACK_SECRET_KEYS" in printed
    assert "Not restored: presets" in printed


def test_a_backup_does_not_wait_for_a_change_that_is_not_finished(
    office: Office, target: Target
) -> None:
    office.receive(a_case("1"))
    with office.program.database.write() as tx:
        opt_outs.add(tx, "not@committed.example", office.now)
        settings = office.program.settings.database.get_secret_value()
        rows = copies_of(settings).write(target.office.mailbox.parent / "copy")
    assert (rows["cases"], rows["opt_outs"]) == (1, 0)


def test_a_copy_with_missing_rows_is_not_kept(
    sqlite_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = SQLiteCopies.rows
    monkeypatch.setattr(SQLiteCopies, "rows", lambda *at: {**read(*at), "cases": 7})
    done = sqlite_office.run(backup_command, str(tmp_path / "backups"))
    assert done.exit_code == 1
    assert "the copy has 7 rows in cases instead of 0, so it was not kept" in done.output
    assert list((tmp_path / "backups").iterdir()) == []


def test_old_and_interrupted_backups_are_removed_after_a_new_one(
    sqlite_office: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    for name in (".unfinished-shared-view-20261122T000000Z", "other"):
        (folder / name).mkdir(parents=True)
    running = folder / ".unfinished-shared-view-20261124T115900Z"
    running.mkdir()
    made = [back_up(sqlite_office, "--keep", "2") for _ in range(3)]
    assert sorted(folder.iterdir()) == sorted([*made[1:], folder / "other", running])


def test_a_backup_that_cannot_be_written_says_why(sqlite_office: Office, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = sqlite_office.run(backup_command, str(tmp_path / "file/backups"))
    assert done.exit_code == 1
    assert f"no backup was made: {tmp_path}/file/backups: Not a directory" in done.output


def test_files_that_are_deleted_during_a_backup_are_left_out(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_office.invite("1")
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.suffix == ".eml":
            path.unlink()
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    backup = back_up(sqlite_office)
    assert {path.name for path in backup.rglob("*") if path.is_file()} == {
        "database.sqlite",
        "manifest.json",
    }


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (None, "pg_dump is not installed: install the PostgreSQL client"),
        ("echo 'pg_dump (PostgreSQL) 9.6.24'", "pg_dump has version 9, but the server has"),
        ("test $1 = --version || { echo no space >&2; exit 1; }", "pg_dump failed: no space"),
    ],
)
def test_a_missing_old_or_failing_pg_dump_is_named(
    script: str | None, said: str, migrated_postgresql_url: str, tmp_path: Path, monkeypatch: Any
) -> None:
    folder = tmp_path / "programs"
    folder.mkdir()
    if script:
        (folder / "pg_dump").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "pg_dump").chmod(0o700)
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(BackupError, match=said):
        copies_of(migrated_postgresql_url).write(tmp_path / "copy")


def test_a_password_is_not_in_the_arguments_of_pg_dump(tmp_path: Path) -> None:
    found = copies_of("postgresql://user:secret@one,two/name?target_session_attrs=any")
    assert "secret" not in found._database  # type: ignore[attr-defined]
    assert "host=one,two" in found._database  # type: ignore[attr-defined]
    assert found._environment["PGPASSWORD"] == "secret"  # type: ignore[attr-defined]


def test_a_damaged_copy_of_postgresql_is_recognised(
    migrated_postgresql_url: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    found = copies_of(migrated_postgresql_url)
    assert found.write(copy) == found.rows(copy)
    copy.write_bytes(copy.read_bytes()[:-2000])
    with pytest.raises(BackupError, match="is damaged"):
        found.rows(copy)


def test_a_damaged_sqlite_copy_is_recognised(migrated_sqlite_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    found = copies_of(f"sqlite:///{migrated_sqlite_file}")
    assert found.write(copy) == found.rows(copy)
    content = bytearray(copy.read_bytes())
    content[4096:8192] = bytes(4096)
    copy.write_bytes(content)
    with pytest.raises(BackupError, match="is damaged"):
        found.rows(copy)
