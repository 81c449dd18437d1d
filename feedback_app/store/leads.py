"""Leads: accounts, and the audit log of exports and changes."""

from collections.abc import Sequence
from datetime import datetime

from feedback_app.base.links import new_id
from feedback_app.database.contract import Database, Readable, Transaction
from feedback_app.records import Action, Lead, Role
from feedback_app.store.rows import columns_of, in_list

# The name in the audit log for changes made with commands.
COMMAND_LINE = "command line"
COLUMNS = columns_of(Lead)
_ACTIONS = "SELECT done_at, lead_name AS lead, action, subject FROM lead_actions"


def add(tx: Transaction, lead: Lead) -> bool:
    """Store an account. Return False if the name is taken."""
    return tx.insert_new(
        "leads",
        name=lead.name,
        role=lead.role,
        email=lead.email,
        password_hash=lead.password_hash,
        added_at=lead.added_at,
    )


def remove(tx: Transaction, name: str) -> bool:
    """Delete an account and its sessions. Return whether it existed."""
    return tx.changes("DELETE FROM leads WHERE name = :name", name=name)


def change(tx: Transaction, name: str, role: Role, email: str | None) -> None:
    """Replace role and email address. A link sent to another address no longer works."""
    same_email = "CASE WHEN coalesce(email, '') = coalesce(:email, '') THEN"
    sql = f"""UPDATE leads SET role = :role, email = :email,
                  link_digest = {same_email} link_digest END,
                  link_expires_at = {same_email} link_expires_at END
              WHERE name = :name"""
    tx.run(sql, role=role, email=email, name=name)


def set_password_hash(tx: Transaction, name: str, password_hash: str | None) -> None:
    """Replace the password of an account, or remove it. Its link no longer works."""
    sql = """UPDATE leads SET password_hash = :hash, link_digest = NULL, link_expires_at = NULL
             WHERE name = :name"""
    tx.run(sql, hash=password_hash, name=name)


def set_link(tx: Transaction, name: str, digest: str, expires_at: datetime) -> None:
    """Store the digest of the link that sets the password of an account, in place of another."""
    sql = "UPDATE leads SET link_digest = :digest, link_expires_at = :expires_at WHERE name = :name"
    tx.run(sql, digest=digest, expires_at=expires_at, name=name)


def find_by_link(source: Readable, digest: str, now: datetime) -> Lead | None:
    """Return the account whose link has this digest; None if it expired, was used or replaced."""
    sql = f"SELECT {COLUMNS} FROM leads WHERE link_digest = :digest AND link_expires_at > :now"
    return source.record(Lead, sql, digest=digest, now=now)


def replace_password_hash(tx: Transaction, name: str, old: str, new: str) -> None:
    """Store the hash of the same password with newer parameters, unless the password changed."""
    sql = "UPDATE leads SET password_hash = :new WHERE name = :name AND password_hash = :old"
    tx.run(sql, new=new, name=name, old=old)


def find(source: Readable, name: str) -> Lead | None:
    """Return the account with this name; None if there is none."""
    return source.record(Lead, f"SELECT {COLUMNS} FROM leads WHERE name = :name", name=name)


def all_leads(source: Readable) -> list[Lead]:
    """Return all accounts, ordered by name."""
    return source.records(Lead, f"SELECT {COLUMNS} FROM leads ORDER BY name")


def admins_with_email(source: Readable) -> list[str]:
    """Return the email addresses of the admins, ordered by name."""
    return [one.address for one in all_leads(source) if one.may("admin") and one.address]


def note_reading(tx: Transaction, name: str, week: str, now: datetime) -> None:
    """Record that a lead reads the answers of a week."""
    sql = "UPDATE leads SET reading_week = :week, reading_at = :now WHERE name = :name"
    tx.run(sql, name=name, week=week, now=now)


def reading(database: Database, week: str, since: datetime, except_for: str) -> list[str]:
    """Return the names of the other leads who read answers of a week after `since`, sorted."""
    sql = """SELECT name FROM leads WHERE reading_week = :week AND reading_at > :since
             AND name <> :except_for ORDER BY name"""
    return database.column(sql, week=week, since=since, except_for=except_for)


def record_action(tx: Transaction, lead: str, action: str, subject: str, now: datetime) -> None:
    """Add an export or a change to the audit log."""
    values = {"id": new_id(), "lead_name": lead, "action": action, "subject": subject}
    tx.insert("lead_actions", done_at=now, **values)


def who_did(source: Readable, action: str, subject: str, since: datetime) -> str | None:
    """Return who first did this at `since` or later; None if unknown or past retention."""
    sql = """SELECT lead_name FROM lead_actions
             WHERE done_at >= :since AND action = :action AND subject = :subject
             ORDER BY done_at LIMIT 1"""
    return source.value(sql, since=since, action=action, subject=subject)


def actions_with_subject(database: Database) -> list[Action]:
    """Return all entries of the audit log whose subject is still stored, oldest first."""
    sql = f"{_ACTIONS} WHERE subject IS NOT NULL ORDER BY done_at, id"
    return database.records(Action, sql)


def actions(database: Database, limit: int) -> list[Action]:
    """Return the last `limit` exports and changes, newest first."""
    sql = f"{_ACTIONS} ORDER BY done_at DESC, id LIMIT :limit"
    return database.records(Action, sql, limit=limit)


def last_action(database: Database, names: Sequence[str]) -> Action | None:
    """Return the newest entry of the audit log with one of these actions; None if there is none.

    Of two at the same time, it is the one whose action is last in the alphabet.
    """
    places, values = in_list("action", names)
    sql = f"{_ACTIONS} WHERE action IN ({places}) ORDER BY done_at DESC, action DESC LIMIT 1"
    return database.record(Action, sql, **values)
