"""The words of the survey's questions by wording version and language, stored as digests."""

from collections.abc import Mapping
from datetime import datetime

from feedback_app.database.contract import Database


def register(
    database: Database, version: int, digests: Mapping[str, str], now: datetime
) -> list[str]:
    """Return the languages in which this version was first used with other words.

    `digests` are by language. If none differs, those of languages that are new are stored.
    """
    known = _digests(database, version)
    changed = [
        language for language in digests if known.get(language) not in (None, digests[language])
    ]
    if changed or digests.keys() <= known.keys():
        return changed
    with database.write() as tx:
        for language, digest in sorted(digests.items()):
            values = {"version": version, "language": language, "digest": digest}
            tx.insert_new("wordings", first_used_at=now, **values)
    # Another process may have stored other words at the same time.
    return register(database, version, digests, now)


def newest_version(database: Database) -> int:
    """Return the highest version that was used, 0 if none was."""
    return database.count("SELECT coalesce(max(version), 0) FROM wordings")


def _digests(database: Database, version: int) -> dict[str, str]:
    sql = "SELECT language, digest FROM wordings WHERE version = :version"
    rows = database.ask(sql, version=version)
    return {row["language"]: row["digest"] for row in rows}
