"""Opens the engine of a database URL."""

from pathlib import Path
from urllib.parse import unquote

from feedback_app.database.contract import Copies, Database, DatabaseLimits
from feedback_app.database.sqlite import SQLite
from feedback_app.database.sqlite_copies import SQLiteCopies

_DEFAULT = DatabaseLimits()


def sqlite_path(url: str) -> Path | None:
    """Return the path in `sqlite:///path`; None for any other URL."""
    prefix = "sqlite:///"
    return Path(unquote(url.removeprefix(prefix))) if url.startswith(prefix) else None


def open_database(url: str, limits: DatabaseLimits = _DEFAULT) -> Database:
    """Return the database at `sqlite:///path` or, within `limits`, at `postgresql://…`.

    Only a migration creates a missing SQLite file. Raises ValueError for any other URL, or if the
    PostgreSQL driver is not installed.
    """
    if path := sqlite_path(url):
        return SQLite(path)
    if url.startswith("postgresql://"):
        try:
            from feedback_app.database.postgresql import PostgreSQL
        except ImportError as error:
            raise ValueError(
                "postgresql:// needs psycopg and psycopg_pool: install the extra 'postgres'"
            ) from error
        return PostgreSQL(url, limits)
    raise ValueError(
        f"the database URL starts with {url.partition(':')[0]!r}: "
        "use sqlite:///path or postgresql://…"
    )


def copies_of(url: str) -> Copies:
    """Return the copies of the database at a URL that `open_database` accepts."""
    if path := sqlite_path(url):
        return SQLiteCopies(path)
    from feedback_app.database.postgresql_copies import PostgreSQLCopies

    return PostgreSQLCopies(url)
