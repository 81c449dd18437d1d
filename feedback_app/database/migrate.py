"""Runs the numbered SQL files of `migrations/`. A released file never changes; append a new one."""

from datetime import datetime
from pathlib import Path

from feedback_app.base.text import searchable_column
from feedback_app.database.contract import Database, Transaction

_FOLDER = Path(__file__).with_name("migrations")
_VERSIONS = """CREATE TABLE IF NOT EXISTS schema_versions (
    version INTEGER NOT NULL PRIMARY KEY,
    applied_at TEXT NOT NULL
)"""


class SchemaError(RuntimeError):
    """The schema version does not match this program. The message says how to fix it."""


def _statements(path: Path) -> tuple[str, ...]:
    """Return the statements of a file; each ends with a semicolon at the end of a line."""
    pieces = path.read_text(encoding="utf-8").split(";\n")
    return tuple(piece.strip() for piece in pieces if piece.strip())


# The statements of version n are at index n - 1.
MIGRATIONS = tuple(_statements(path) for path in sorted(_FOLDER.glob("[0-9]*.sql")))


def migrate(database: Database, now: datetime) -> list[int]:
    """Update the tables to the newest version and return the numbers of the migrations that ran.

    All run in one transaction. If several processes call this at the same time, each migration
    runs in only one of them. Raises SchemaError if a newer program wrote the database.
    """
    with database.migrating() as tx:
        tx.run(database.create_table(_VERSIONS))
        version = _version(tx)
        _refuse_newer(version)
        applied = list(range(version + 1, len(MIGRATIONS) + 1))
        for number in applied:
            for statement in MIGRATIONS[number - 1]:
                is_table = statement.startswith("CREATE TABLE")
                tx.run(database.create_table(statement) if is_table else statement)
            if number in _AFTER:
                _AFTER[number](tx)
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
    version = _version(database)
    _refuse_newer(version)
    if version < len(MIGRATIONS):
        raise SchemaError(
            f"the database has schema version {version}, but this program needs "
            f"{len(MIGRATIONS)}: run 'feedback migrate' first"
        )


def _fold_comments(tx: Transaction) -> None:
    for row in tx.ask("SELECT invitation_id, revision, comment FROM answers WHERE comment <> ''"):
        if folded := searchable_column(row["comment"]):
            tx.run(
                """UPDATE answers SET searchable_comment = :folded
                   WHERE invitation_id = :id AND revision = :revision""",
                folded=folded,
                id=row["invitation_id"],
                revision=row["revision"],
            )


# What SQL cannot do, by the number of the migration after which it runs.
_AFTER = {10: _fold_comments}


def _version(source: Database | Transaction) -> int:
    rows = source.ask("SELECT coalesce(max(version), 0) AS version FROM schema_versions")
    return int(rows[0]["version"])


def _refuse_newer(version: int) -> None:
    if version > len(MIGRATIONS):
        raise SchemaError(
            f"the database has schema version {version}, but this program only supports "
            f"{len(MIGRATIONS)}: install the newer program, or restore a backup from before "
            "its migration"
        )
