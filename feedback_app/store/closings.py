"""Closings with their invitations, as shown to the case system that sent them."""

from dataclasses import fields

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.records import Closing, Invitation
from feedback_app.store.rows import times_in

_TIMES = (
    "created_at",
    "expires_at",
    "handed_over_at",
    "bounced_at",
    "superseded_at",
    "answered_at",
)
_SELECT = """
    SELECT case_id, closure_key, closed_at, invitations.id, case_ref, source, case_number,
           cases.language, contact_email, created_at, expires_at, withheld_because,
           handed_over_at, bounced_at, superseded_at, answers.answered_at
    FROM cases
    JOIN invitations ON invitations.case_ref = cases.id
    LEFT JOIN answers ON answers.invitation_id = invitations.id AND answers.revision = 1
"""


def find(source: Database | Transaction, case_ref: str) -> Closing:
    """Return the closing with this key, which must exist."""
    return _closing(source.ask(f"{_SELECT} WHERE cases.id = :id", id=case_ref)[0])


def of_case(
    source: Database | Transaction, sender: str, case_id: str, closure_key: str | None = None
) -> Closing | None:
    """Return the closing with this key, or the newest one of this sender's case; None if none."""
    rows = source.ask(
        f"""{_SELECT} WHERE source = :sender AND case_id = :case_id
            AND (closure_key = :closure_key OR :any_closing = 1)
            ORDER BY closed_at DESC LIMIT 1""",
        sender=sender,
        case_id=case_id,
        closure_key=closure_key or "",
        any_closing=closure_key is None,
    )
    return _closing(rows[0]) if rows else None


def _closing(row: Row) -> Closing:
    asked: Row = {one.name: row[one.name] for one in fields(Invitation)}
    return Closing(
        case_id=row["case_id"],
        closure_key=row["closure_key"],
        closed_at=from_text(row["closed_at"]),
        invitation=Invitation(**asked | times_in(row, *_TIMES)),
    )
