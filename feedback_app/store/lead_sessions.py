"""The sessions of signed-in leads."""

from dataclasses import dataclass
from datetime import datetime

from feedback_app.database.contract import Readable, Transaction
from feedback_app.records import Lead
from feedback_app.store.leads import COLUMNS


@dataclass(frozen=True, kw_only=True)
class ActiveLead(Lead):
    """A lead with a session, which was last used at `seen_at`."""

    seen_at: datetime


def start(tx: Transaction, digest: str, name: str, now: datetime) -> None:
    """Start a session at `now`, which is the last sign-in of the lead."""
    tx.insert("lead_sessions", digest=digest, lead_name=name, started_at=now, seen_at=now)
    tx.run("UPDATE leads SET signed_in_at = :now WHERE name = :name", now=now, name=name)


def find_lead(
    source: Readable, digest: str, started_after: datetime, seen_after: datetime
) -> ActiveLead | None:
    """Return the lead of this session; None if it has expired."""
    return source.record(
        ActiveLead,
        f"""SELECT {COLUMNS}, seen_at FROM lead_sessions JOIN leads ON leads.name = lead_name
            WHERE digest = :digest AND started_at > :started_after AND seen_at > :seen_after""",
        digest=digest,
        started_after=started_after,
        seen_after=seen_after,
    )


def touch(tx: Transaction, digest: str, now: datetime) -> None:
    """Record that the session is in use."""
    tx.run("UPDATE lead_sessions SET seen_at = :now WHERE digest = :digest", now=now, digest=digest)


def end(tx: Transaction, digest: str) -> None:
    """End a session."""
    tx.run("DELETE FROM lead_sessions WHERE digest = :digest", digest=digest)


def end_all(tx: Transaction, name: str, except_for: str = "") -> None:
    """End the sessions of an account, except for the one with this digest."""
    sql = "DELETE FROM lead_sessions WHERE lead_name = :name AND digest <> :except_for"
    tx.run(sql, name=name, except_for=except_for)


def remove_old(tx: Transaction, started_before: datetime) -> None:
    """Delete sessions that started before this time."""
    tx.run("DELETE FROM lead_sessions WHERE started_at <= :before", before=started_before)
