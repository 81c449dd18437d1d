"""Invitations, one per closed case."""

from datetime import datetime

from feedback_app.base.links import new_id
from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.records import Invitation, WithheldBecause
from feedback_app.store.rows import times_in

# The columns of an `Invitation`, and their tables.
COLUMNS = """
    invitations.id, case_ref, source, case_number, closure_reason, subject, cases.language,
    contact_email, created_at, expires_at, withheld_because, handed_over_at, bounced_at,
    superseded_at, answers.answered_at,
    (SELECT max(renewed_at) FROM renewals
     WHERE renewals.invitation_id = invitations.id) AS renewed_at
"""
TABLES = """
    FROM invitations
    JOIN cases ON cases.id = invitations.case_ref
    LEFT JOIN answers ON answers.invitation_id = invitations.id AND answers.revision = 1
"""


def add(
    tx: Transaction,
    case_ref: str,
    created_at: datetime,
    expires_at: datetime,
    withheld_because: WithheldBecause | None,
) -> str:
    """Store a new invitation and return its id."""
    invitation_id = new_id()
    tx.run(
        """INSERT INTO invitations (id, case_ref, created_at, expires_at, withheld_because)
           VALUES (:id, :case_ref, :created_at, :expires_at, :withheld_because)""",
        id=invitation_id,
        case_ref=case_ref,
        created_at=created_at,
        expires_at=expires_at,
        withheld_because=withheld_because,
    )
    return invitation_id


def find(source: Database | Transaction, invitation_id: str) -> Invitation | None:
    """Return the invitation with this id; None if there is none."""
    sql = f"SELECT {COLUMNS} {TABLES} WHERE invitations.id = :id"
    rows = source.ask(sql, id=invitation_id)
    return from_row(rows[0]) if rows else None


def hand_over(tx: Transaction, invitation_id: str, now: datetime, expires_at: datetime) -> None:
    """Record that the customer got the link at `now`, unless they had it before."""
    tx.run(
        """UPDATE invitations SET handed_over_at = :now, expires_at = :expires_at
           WHERE id = :id AND handed_over_at IS NULL""",
        id=invitation_id,
        now=now,
        expires_at=expires_at,
    )


def mark_bounced(tx: Transaction, invitation_id: str, now: datetime) -> bool:
    """Record that the email bounced; return whether the invitation exists.

    The first time is kept. The invitation no longer counts in the response rate, but its link
    still works.
    """
    return bool(
        tx.run(
            "UPDATE invitations SET bounced_at = coalesce(bounced_at, :now) WHERE id = :id",
            id=invitation_id,
            now=now,
        )
    )


def supersede_earlier(tx: Transaction, invitation_id: str, now: datetime) -> list[str]:
    """Supersede unanswered invitations for earlier closings of the case; return their ids."""
    rows = tx.ask(
        """UPDATE invitations SET superseded_at = :now
           WHERE superseded_at IS NULL
             AND case_ref IN (
                 SELECT earlier.id FROM cases AS earlier
                 JOIN cases AS asking ON asking.source = earlier.source
                   AND asking.case_id = earlier.case_id AND asking.closed_at > earlier.closed_at
                 JOIN invitations AS newer ON newer.case_ref = asking.id
                 WHERE newer.id = :id)
             AND NOT EXISTS (SELECT 1 FROM answers WHERE answers.invitation_id = invitations.id)
           RETURNING id""",
        id=invitation_id,
        now=now,
    )
    return [row["id"] for row in rows]


def from_row(row: Row) -> Invitation:
    """Return a row with these columns as an invitation."""
    times = (name for name in row if name.endswith("_at"))
    return Invitation(**row | times_in(row, *times))
