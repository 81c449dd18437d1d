"""When cases arrived from each source, and the silences that were announced."""

from datetime import datetime
from typing import NamedTuple

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Readable, Transaction
from feedback_app.records import SAMPLE_SOURCE

# Jumps from hour to hour in the index: it reads one row per hour, of a million cases.
_ARRIVALS = """
    WITH RECURSIVE sources (source) AS (
        SELECT min(source) FROM cases
        UNION ALL
        SELECT (SELECT min(cases.source) FROM cases WHERE cases.source > sources.source)
        FROM sources WHERE source IS NOT NULL
    ), hours (source, latest) AS (
        SELECT source, (SELECT max(received_at) FROM cases
                        WHERE cases.source = sources.source AND received_at > :since)
        FROM sources WHERE source <> :sample
        UNION ALL
        SELECT source, (SELECT max(received_at) FROM cases
                        WHERE cases.source = hours.source AND received_at > :since
                          AND received_at < substr(latest, 1, 13))
        FROM hours WHERE latest IS NOT NULL
    )
    SELECT source, latest FROM hours WHERE latest IS NOT NULL ORDER BY source, latest
"""
_SELECT = "SELECT source, since, ended_at FROM silences"


class Silence(NamedTuple):
    """A silence of a source; `ended_at` is None until a case arrives again."""

    source: str
    since: datetime
    ended_at: datetime | None = None


def arrivals(database: Database, since: datetime) -> dict[str, list[datetime]]:
    """Return the last arrival of each hour in which cases arrived, by source, oldest first.

    Sample data is left out.
    """
    found: dict[str, list[datetime]] = {}
    for row in database.ask(_ARRIVALS, since=since, sample=SAMPLE_SOURCE):
        found.setdefault(row["source"], []).append(from_text(row["latest"]))
    return found


def unusual(database: Database, since: datetime) -> set[tuple[str, datetime]]:
    """Return source and start of the silences after `since` that no lead expected."""
    sql = f"{_SELECT} WHERE since > :since AND expected_at IS NULL"
    return {(one.source, one.since) for one in database.records(Silence, sql, since=since)}


def add(tx: Transaction, source: str, since: datetime, now: datetime) -> bool:
    """Store a silence; return False if it is stored already."""
    return tx.insert_new("silences", source=source, since=since, announced_at=now)


def end(tx: Transaction, now: datetime) -> int:
    """End the silences of sources whose cases arrive again; return how many."""
    sql = """UPDATE silences SET ended_at = :now WHERE ended_at IS NULL AND EXISTS (
                 SELECT 1 FROM cases
                 WHERE cases.source = silences.source AND received_at > silences.since)"""
    return tx.run(sql, now=now)


def mark_expected(tx: Transaction, source: str, now: datetime) -> int:
    """Mark the silence of a source as expected; return how many there were."""
    sql = """UPDATE silences SET expected_at = :now
             WHERE source = :source AND ended_at IS NULL AND expected_at IS NULL"""
    return tx.run(sql, source=source, now=now)


def current(source: Readable) -> list[Silence]:
    """Return the silences that last and that no lead expected, the longest first."""
    sql = f"{_SELECT} WHERE ended_at IS NULL AND expected_at IS NULL ORDER BY since, source"
    return source.records(Silence, sql)


def announced_at(database: Database, moment: datetime) -> list[Silence]:
    """Return the silences that were announced at this moment, the longest first."""
    sql = f"{_SELECT} WHERE announced_at = :moment ORDER BY since, source"
    return database.records(Silence, sql, moment=moment)


def remove_before(tx: Transaction, moment: datetime) -> int:
    """Delete the silences that started before `moment`; return how many."""
    return tx.run("DELETE FROM silences WHERE since < :moment", moment=moment)
