"""Runs the numbered SQL files of `migrations/`. A released file never changes; append a new one.

Processes of an earlier version keep running after a migration, unless it sets `oldest_program` in
its row of schema_versions: the lowest schema version of the programs that can still work.
"""

import re
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Literal

from feedback_app.database.contract import Database, Readable

_FOLDER = Path(__file__).with_name("migrations")
_VERSIONS = """CREATE TABLE IF NOT EXISTS schema_versions (
    version INTEGER NOT NULL PRIMARY KEY,
    applied_at TEXT NOT NULL
)"""


class SchemaError(RuntimeError):
    """The schema version does not match this program. The message says how to fix it."""


def _statements(path: Path, end: str = ";\n") -> tuple[str, ...]:
    """Return the statements of a file, by default with a semicolon at the end of a line each.

    Triggers contain such semicolons, so an empty line ends the statements of one engine.
    """
    pieces = path.read_text(encoding="utf-8").split(end)
    return tuple(piece.strip() for piece in pieces if piece.strip())


# The statements of version n are at index n - 1.
MIGRATIONS = tuple(
    _statements(path) for path in sorted(_FOLDER.glob("[0-9]*.sql")) if path.suffixes == [".sql"]
)
# What only one engine has, by version and engine: it runs after the statements of the version.
_OF_ENGINE = {
    (int(path.name[:4]), path.suffixes[0][1:]): _statements(path, "\n\n")
    for path in _FOLDER.glob("[0-9]*.*.sql")
}


def migrate(database: Database, now: datetime, rolling: bool = False) -> list[int]:
    """Update the tables to the newest version and return the numbers of the migrations that ran.

    All run in one transaction. If several processes call this at the same time, each migration
    runs in only one of them. Raises SchemaError if the database needs a newer program or, with
    `rolling`, if the programs that use it now could not work any more; then nothing has changed.
    """
    engine = database.engine
    with database.migrating() as tx:
        tx.run(database.create_table(_VERSIONS))
        version = schema_version(tx)
        _refuse_newer(tx, version)
        applied = list(range(version + 1, len(MIGRATIONS) + 1))
        for number in applied:
            tx.run(
                "INSERT INTO schema_versions (version, applied_at) VALUES (:version, :now)",
                version=number,
                now=now,
            )
            for statement in (*MIGRATIONS[number - 1], *_OF_ENGINE.get((number, engine), ())):
                is_table = statement.startswith("CREATE TABLE")
                tx.run(database.create_table(statement) if is_table else statement)
        if rolling and 0 < version < _oldest_program(tx):
            raise SchemaError(
                f"programs with schema version {version}, which this database has, cannot work "
                f"after this update: stop all servers and workers, then run "
                "'feedback migrate --stopped'"
            )
    return applied


def created(kind: Literal["TABLE", "FUNCTION"]) -> set[str]:
    """Return the names of the tables or functions that migrations create on PostgreSQL."""
    engine = "postgresql"
    other = (text for (_, name), texts in _OF_ENGINE.items() if name == engine for text in texts)
    found = (
        re.search(rf"^CREATE {kind} (\w+)", text, re.M)
        for text in (*chain.from_iterable(MIGRATIONS), *other)
    )
    return {name[1] for name in found if name}


def require_current(database: Database) -> None:
    """Raise SchemaError unless this program can use the tables, which may be of a newer one."""
    if "schema_versions" not in database.columns():
        raise SchemaError("the database is empty: run 'feedback migrate' first")
    version = schema_version(database)
    _refuse_newer(database, version)
    if version < len(MIGRATIONS):
        raise SchemaError(
            f"the database has schema version {version}, but this program needs "
            f"{len(MIGRATIONS)}: run 'feedback migrate' first"
        )


def schema_version(source: Readable) -> int:
    """Return the number of the last migration that ran."""
    rows = source.ask("SELECT coalesce(max(version), 0) AS version FROM schema_versions")
    return int(rows[0]["version"])


def _oldest_program(source: Readable) -> int:
    """Return the lowest schema version of the programs that can use the tables."""
    rows = source.ask("SELECT coalesce(max(oldest_program), 0) AS oldest FROM schema_versions")
    return int(rows[0]["oldest"])


def _refuse_newer(source: Readable, version: int) -> None:
    if version > len(MIGRATIONS) < (oldest := _oldest_program(source)):
        raise SchemaError(
            f"the database needs a program with schema version {oldest} or newer, but this program "
            f"has {len(MIGRATIONS)}: install the newer program, or restore a backup from before "
            "its migration"
        )
