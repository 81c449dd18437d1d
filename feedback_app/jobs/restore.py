"""Restore a backup, and repeat the opt-outs and erasures that came after it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feedback_app.database.choose import copies_of, open_database, sqlite_path
from feedback_app.database.contract import (
    BackupError,
    Database,
    DatabaseUnavailableError,
    MissingDatabaseError,
)
from feedback_app.database.migrate import (
    MIGRATIONS,
    SchemaError,
    migrate,
    require_current,
    schema_version,
)
from feedback_app.jobs import restored
from feedback_app.jobs.backup import Manifest, copy_files, has_content, read_backup, sources
from feedback_app.jobs.erasure import ErasureTarget, erase_all, find
from feedback_app.program import Program, open_program, register_wording
from feedback_app.settings import Settings, source_of
from feedback_app.store import erasure, health, opt_outs, outbox, search_index
from feedback_app.store.leads import COMMAND_LINE
from support_facts import FactsError, load_facts


@dataclass(frozen=True)
class LaterRequests:
    """Opt-outs by digest, and erased cases by source and number, that a backup may lack."""

    opt_outs: dict[str, datetime]
    erased: list[tuple[str, str]]


@dataclass(frozen=True)
class RestoreResult:
    """What was restored.

    `repeated` are the opt-outs and erasures that came after the backup; None if the database that
    was replaced has none because it was new, or could not be read. The worker holds
    `emails_waiting` until they are released. The settings lack `keys_missing` of the secret keys
    and the places for the parts in `left_out`.
    """

    manifest: Manifest
    repeated: LaterRequests | None
    emails_waiting: int
    keys_missing: int
    left_out: list[str]


def restore(settings: Settings, folder: Path, now: datetime, *, replace: bool) -> RestoreResult:
    """Restore the backup in `folder` to the places in the settings, and migrate the database.

    Everything is checked before the first change. Raises BackupError if the backup cannot be used,
    or if existing data would change and `replace` is false.
    """
    manifest, places = read_backup(folder), sources(settings)
    copies = copies_of(settings.database.get_secret_value())
    copy, parts = folder / copies.file, {name.partition("/")[0] for name in manifest.files}
    _refuse_other_version(manifest, copies.engine)
    try:
        if "support.toml" in parts & places.keys():
            load_facts(folder / "support.toml")
        if copies.rows(copy) != manifest.rows:
            raise BackupError(f"the rows of {copy} are not those of its manifest: use another one")
        copies.refuse_if_used()
        later = _replaced(settings, manifest, replace)
        if not replace:
            _refuse_changed_files(folder, manifest, places)
        for name in places.keys() & parts:
            copy_files(folder / name, places[name])
        copies.restore(copy)
    except FactsError as error:
        raise BackupError(
            f"{error}\nThis program cannot use these facts of the backup. Nothing was changed. "
            f"Install version {manifest.program_version} to restore it, then upgrade"
        ) from error
    except OSError as error:
        raise BackupError(f"cannot write {error.filename}: {error.strerror}") from error
    program = open_program(settings)
    try:
        waiting = _start_again(program, manifest, later, now)
        known = program.address_digests.key_ids
    finally:
        program.database.close()
    return RestoreResult(
        manifest=manifest,
        repeated=later,
        emails_waiting=waiting,
        keys_missing=len(set(manifest.key_ids) - set(known)),
        left_out=sorted(parts - places.keys() - {copies.file}),
    )


def _refuse_other_version(manifest: Manifest, engine: str) -> None:
    if manifest.engine != engine:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise BackupError(
            f"the backup is of {names[manifest.engine]}, but FEEDBACK_DATABASE "
            f"({source_of('FEEDBACK_DATABASE')}) is {names[engine]}: data cannot be moved from one "
            "to the other, so set FEEDBACK_DATABASE to the same kind of database"
        )
    if manifest.schema_version > len(MIGRATIONS):
        raise BackupError(
            f"the backup has schema version {manifest.schema_version}, but this program only "
            f"supports {len(MIGRATIONS)}: install the newest version that used this database"
        )


def _replaced(settings: Settings, manifest: Manifest, replace: bool) -> LaterRequests | None:
    """Return the requests after the backup in the database that is to be replaced.

    Raises BackupError if it must not be replaced.
    """
    url = settings.database.get_secret_value()
    database = open_database(url)
    try:
        if _is_empty(database):
            return None
        if not replace:
            raise BackupError(
                f"{sqlite_path(url) or 'the PostgreSQL database'} (FEEDBACK_DATABASE, "
                f"{source_of('FEEDBACK_DATABASE')}) already contains data. Nothing was changed. "
                "Back it up with 'feedback backup', then add --replace to replace it"
            )
        require_current(database)
        erased = erasure.erased_since(database, manifest.created_at)
        return LaterRequests(opt_outs.all_digests(database), erased)
    except (SchemaError, DatabaseUnavailableError):
        return None
    finally:
        database.close()


def _is_empty(database: Database) -> bool:
    try:
        tables = database.columns()
        if "schema_versions" not in tables:
            return not tables
        found = schema_version(database)
        # This program does not know which tables it would have to drop.
        if database.engine == "postgresql" and found > len(MIGRATIONS):
            raise BackupError(
                f"the database has schema version {found}, but this program only knows "
                f"{len(MIGRATIONS)}: create an empty database, for example with createdb, and set "
                "FEEDBACK_DATABASE to it"
            )
        return not health.has_data(database)
    except MissingDatabaseError:
        return True
    except DatabaseUnavailableError:
        return False


def _refuse_changed_files(folder: Path, manifest: Manifest, places: dict[str, Path]) -> None:
    for name in manifest.files:
        part, _, rest = name.partition("/")
        path = places[part] / rest if part in places else None
        if path and path.exists() and not has_content(path, (folder / name).read_bytes()):
            raise BackupError(
                f"{path} differs from the backup. Nothing was changed. Add --replace to replace it"
            )


def _start_again(
    program: Program, manifest: Manifest, later: LaterRequests | None, now: datetime
) -> int:
    """Prepare the restored database, and return how many emails are held."""
    database = program.database
    migrate(database, now)
    restored.hold(program, manifest.created_at, now)
    if later:
        _repeat(program, later, now)
    register_wording(program, now)
    search_index.catch_up(database)
    waiting = outbox.count_waiting(database)
    if not waiting:
        restored.release(program, now)
    return waiting


def _repeat(program: Program, later: LaterRequests, now: datetime) -> None:
    known = opt_outs.all_digests(program.database)
    with program.database.write() as tx:
        for digest in later.opt_outs.keys() - known.keys():
            opt_outs.add_digest(tx, digest, later.opt_outs[digest])
    targets = (ErasureTarget(number, source) for source, number in later.erased)
    found = [scope for target in targets if not (scope := find(program, target)).is_empty]
    if found:
        erase_all(program, found, COMMAND_LINE, now)
