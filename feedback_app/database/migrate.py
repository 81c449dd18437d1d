"""Runs the numbered SQL files of `migrations/`. A released file never changes; append a new one."""

from datetime import datetime
from pathlib import Path

from feedback_app.database.contract import Database, Transaction

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


def migrate(database: Database, now: datetime) -> list[int]:
    """Update the tables to the newest version and return the numbers of the migrations that ran.

    All run in one transaction. If several processes call this at the same time, each migration
    runs in only one of them. Raises SchemaError if a newer program wrote the database.
    """
    engine = database.engine
    with database.migrating() as tx:
        tx.run(database.create_table(_VERSIONS))
        version = schema_version(tx)
        _refuse_newer(version)
        applied = list(range(version + 1, len(MIGRATIONS) + 1))
        for number in applied:
            for statement in (*MIGRATIONS[number - 1], *_OF_ENGINE.get((number, engine), ())):
                is_table = statement.startswith("CREATE TABLE")
                tx.run(database.create_table(statement) if is_table else statement)
            tx.run(
                "INSERT INTO schema_versions (version, applied_at) VALUES (:version, :now)",
                version=number,
                now=now,
            )
    return applied


def require_current(database: Database) -> None:
    """Raise SchemaError unless the tables have this program's version."""
    if "schema_versions" not in database.columns():
        raise SchemaError("the database is empty: run 'feedback migrate' first")
    version = schema_version(database)
    _refuse_newer(version)
    if version < len(MIGRATIONS):
        raise SchemaError(
            f"the database has schema version {version}, but this program needs "
            f"{len(MIGRATIONS)}: run 'feedback migrate' first"
        )


def schema_version(source: Database | Transaction) -> int:
    """Return the number of the last migration that ran."""
    rows = source.ask("SELECT coalesce(max(version), 0) AS version FROM schema_versions")
    return int(rows[0]["version"])


def _refuse_newer(version: int) -> None:
    if version > len(MIGRATIONS):
        raise SchemaError(
            f"the database has schema version {version}, but this program only supports "
            f"{len(MIGRATIONS)}: install the newer program, or restore a backup from before "
            "its migration"
        )
