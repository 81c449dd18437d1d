"""The sessions of signed-in leads."""

from datetime import datetime

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Transaction
from feedback_app.records import Lead
from feedback_app.store.leads import COLUMNS, lead_from_row


def start(tx: Transaction, digest: str, name: str, now: datetime) -> None:
    """Start a session at `now`, which is the last sign-in of the lead."""
    tx.run(
        """INSERT INTO lead_sessions (digest, lead_name, started_at, seen_at)
           VALUES (:digest, :name, :now, :now)""",
        digest=digest,
        name=name,
        now=now,
    )
    tx.run("UPDATE leads SET signed_in_at = :now WHERE name = :name", now=now, name=name)


def find_lead(
    source: Database | Transaction, digest: str, started_after: datetime, seen_after: datetime
) -> tuple[Lead, datetime] | None:
    """Return the lead of this session and when it was last used; None if it has expired."""
    rows = source.ask(
        f"""SELECT {COLUMNS}, seen_at FROM lead_sessions JOIN leads ON leads.name = lead_name
           WHERE digest = :digest AND started_at > :started_after AND seen_at > :seen_after""",
        digest=digest,
        started_after=started_after,
        seen_after=seen_after,
    )
    if not rows:
        return None
    seen_at = from_text(rows[0].pop("seen_at"))
    return lead_from_row(rows[0]), seen_at


def touch(tx: Transaction, digest: str, now: datetime) -> None:
    """Record that the session is in use."""
    tx.run("UPDATE lead_sessions SET seen_at = :now WHERE digest = :digest", now=now, digest=digest)


def end(tx: Transaction, digest: str) -> None:
    """End a session."""
    tx.run("DELETE FROM lead_sessions WHERE digest = :digest", digest=digest)


def end_all(tx: Transaction, name: str, except_for: str = "") -> None:
    """End the sessions of an account, except for the one with this digest."""
    tx.run(
        "DELETE FROM lead_sessions WHERE lead_name = :name AND digest <> :except_for",
        name=name,
        except_for=except_for,
    )


def remove_old(tx: Transaction, started_before: datetime) -> None:
    """Delete sessions that started before this time."""
    tx.run("DELETE FROM lead_sessions WHERE started_at <= :before", before=started_before)
