"""Leads: accounts, sessions and the audit log of exports and changes."""

from datetime import datetime

from feedback_app.base.links import new_id
from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.records import Action, Lead, Role
from support_facts import is_email_address

# The name in the audit log for changes made with commands.
COMMAND_LINE = "command line"


def add(tx: Transaction, lead: Lead) -> bool:
    """Store an account. Return False if the name is taken."""
    return bool(
        tx.run(
            """INSERT INTO leads (name, role, password_hash, added_at)
               VALUES (:name, :role, :password_hash, :added_at) ON CONFLICT (name) DO NOTHING""",
            **vars(lead),
        )
    )


def remove(tx: Transaction, name: str) -> bool:
    """Delete an account and its sessions. Return whether it existed."""
    return bool(tx.run("DELETE FROM leads WHERE name = :name", name=name))


def replace_password_hash(tx: Transaction, name: str, old: str, new: str) -> None:
    """Store the hash of the same password with newer parameters, unless the password changed."""
    tx.run(
        "UPDATE leads SET password_hash = :new WHERE name = :name AND password_hash = :old",
        new=new,
        name=name,
        old=old,
    )


def find(source: Database | Transaction, name: str) -> Lead | None:
    """Return the account with this name; None if there is none."""
    rows = source.ask("SELECT * FROM leads WHERE name = :name", name=name)
    return _lead(rows[0]) if rows else None


def all_leads(source: Database | Transaction) -> list[Lead]:
    """Return all accounts, ordered by name."""
    return [_lead(row) for row in source.ask("SELECT * FROM leads ORDER BY name")]


def admins_with_email(source: Database | Transaction) -> list[str]:
    """Return the names of the admins that are email addresses, sorted."""
    leads = all_leads(source)
    return [one.name for one in leads if one.may("admin") and is_email_address(one.name)]


def note_reading(tx: Transaction, name: str, week: str, now: datetime) -> None:
    """Record that a lead reads the answers of a week."""
    tx.run(
        "UPDATE leads SET reading_week = :week, reading_at = :now WHERE name = :name",
        name=name,
        week=week,
        now=now,
    )


def reading(database: Database, week: str, since: datetime, except_for: str) -> list[str]:
    """Return the names of the other leads who read answers of a week after `since`, sorted."""
    rows = database.ask(
        """SELECT name FROM leads WHERE reading_week = :week AND reading_at > :since
           AND name <> :except_for ORDER BY name""",
        week=week,
        since=since,
        except_for=except_for,
    )
    return [row["name"] for row in rows]


def start_session(tx: Transaction, digest: str, name: str, now: datetime) -> None:
    """Start a session at `now`."""
    tx.run(
        """INSERT INTO lead_sessions (digest, lead_name, started_at, seen_at)
           VALUES (:digest, :name, :now, :now)""",
        digest=digest,
        name=name,
        now=now,
    )


def find_by_session(
    source: Database | Transaction, digest: str, started_after: datetime, seen_after: datetime
) -> tuple[Lead, datetime] | None:
    """Return the lead of this session and when it was last used; None if it has expired."""
    rows = source.ask(
        """SELECT leads.*, seen_at FROM lead_sessions JOIN leads ON leads.name = lead_name
           WHERE digest = :digest AND started_at > :started_after AND seen_at > :seen_after""",
        digest=digest,
        started_after=started_after,
        seen_after=seen_after,
    )
    if not rows:
        return None
    seen_at = from_text(rows[0].pop("seen_at"))
    return _lead(rows[0]), seen_at


def touch_session(tx: Transaction, digest: str, now: datetime) -> None:
    """Record that the session is in use."""
    tx.run("UPDATE lead_sessions SET seen_at = :now WHERE digest = :digest", now=now, digest=digest)


def end_session(tx: Transaction, digest: str) -> None:
    """End a session."""
    tx.run("DELETE FROM lead_sessions WHERE digest = :digest", digest=digest)


def remove_old_sessions(tx: Transaction, started_before: datetime) -> None:
    """Delete sessions that started before this time."""
    tx.run("DELETE FROM lead_sessions WHERE started_at <= :before", before=started_before)


def record_action(tx: Transaction, lead: str, action: str, subject: str, now: datetime) -> None:
    """Add an export or a change to the audit log."""
    tx.run(
        """INSERT INTO lead_actions (id, done_at, lead_name, action, subject)
           VALUES (:id, :now, :lead, :action, :subject)""",
        id=new_id(),
        now=now,
        lead=lead,
        action=action,
        subject=subject,
    )


def who_did(
    source: Database | Transaction, action: str, subject: str, since: datetime
) -> str | None:
    """Return who first did this at `since` or later; None if unknown or past retention."""
    rows = source.ask(
        """SELECT lead_name FROM lead_actions
           WHERE done_at >= :since AND action = :action AND subject = :subject
           ORDER BY done_at LIMIT 1""",
        since=since,
        action=action,
        subject=subject,
    )
    return rows[0]["lead_name"] if rows else None


def actions_with_subject(database: Database) -> list[Action]:
    """Return all entries of the audit log whose subject is still stored, oldest first."""
    rows = database.ask(
        """SELECT done_at, lead_name, action, subject FROM lead_actions
           WHERE subject IS NOT NULL ORDER BY done_at, id"""
    )
    return [_action(row) for row in rows]


def actions(database: Database, limit: int) -> list[Action]:
    """Return the last `limit` exports and changes, newest first."""
    rows = database.ask(
        """SELECT done_at, lead_name, action, subject FROM lead_actions
           ORDER BY done_at DESC, id LIMIT :limit""",
        limit=limit,
    )
    return [_action(row) for row in rows]


def _action(row: Row) -> Action:
    return Action(
        done_at=from_text(row["done_at"]),
        lead=row["lead_name"],
        action=row["action"],
        subject=row["subject"],
    )


def _lead(row: Row) -> Lead:
    role: Role = row["role"]
    return Lead(
        name=row["name"],
        role=role,
        password_hash=row["password_hash"],
        added_at=from_text(row["added_at"]),
    )
