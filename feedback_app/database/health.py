"""Tries whether the database can store."""

from feedback_app.database.contract import Database
from feedback_app.database.migrate import require_current

_PROBE = -1


def require_storing(database: Database) -> None:
    """Return if the tables are current and a change can be committed; it leaves nothing behind.

    Raises SchemaError or DatabaseUnavailableError. The change adds and deletes a row, because
    SQLite does not write a row that stays the same.
    """
    require_current(database)
    with database.write() as tx:
        tx.run(
            "INSERT INTO schema_versions (version, applied_at) VALUES (:probe, 'probe')",
            probe=_PROBE,
        )
        tx.run("DELETE FROM schema_versions WHERE version = :probe", probe=_PROBE)
