"""Renewals: a survey that is sent again, with a new link that replaces the earlier ones.

An invitation counts once in every figure, however often it is renewed. It counts as bounced if the
newest email bounced.
"""

from datetime import datetime
from typing import Literal

from feedback_app.database.contract import Readable, Transaction

AskedBy = Literal["customer", "lead"]


def add(
    tx: Transaction, invitation_id: str, asked_by: AskedBy, now: datetime, expires_at: datetime
) -> None:
    """Let the link work until `expires_at`, and forget that the last email bounced."""
    sql = """INSERT INTO renewals (invitation_id, number, renewed_at, asked_by, bounced_at)
             SELECT id, 1 + (SELECT count(*) FROM renewals WHERE invitation_id = :id), :now,
                    :asked_by, bounced_at
             FROM invitations WHERE id = :id"""
    tx.run(sql, id=invitation_id, now=now, asked_by=asked_by)
    tx.run(
        "UPDATE invitations SET expires_at = :expires_at, bounced_at = NULL WHERE id = :id",
        id=invitation_id,
        expires_at=expires_at,
    )


def count_by(source: Readable, invitation_id: str, asked_by: AskedBy) -> int:
    """Return how often the customer, or a lead, renewed an invitation."""
    sql = "SELECT count(*) FROM renewals WHERE invitation_id = :id AND asked_by = :asked_by"
    return source.count(sql, id=invitation_id, asked_by=asked_by)
