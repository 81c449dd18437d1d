"""Invitations, one per closed case."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from feedback_app.base.links import new_id
from feedback_app.database.contract import Readable, Row, Transaction
from feedback_app.records import Invitation, Reopening, WithheldBecause
from feedback_app.store.rows import in_list, times_in

# The columns of an `Invitation`, and their tables.
COLUMNS = """
    invitations.id, case_ref, source, case_number, closure_reason, subject, cases.language,
    contact_email, team, created_at, expires_at, withheld_because, handed_over_at, bounced_at,
    superseded_at, reminded_at, answers.answered_at,
    (SELECT max(renewed_at) FROM renewals
     WHERE renewals.invitation_id = invitations.id) AS renewed_at
"""
TABLES = """
    FROM invitations
    JOIN cases ON cases.id = invitations.case_ref
    LEFT JOIN answers ON answers.invitation_id = invitations.id AND answers.revision = 1
"""

_BY_ID = f"SELECT {COLUMNS} {TABLES} WHERE invitations.id = :id"
_ASKING = "FROM cases WHERE id = (SELECT case_ref FROM invitations WHERE id = :id)"
_TIMES = tuple(name for name in Invitation.__annotations__ if name.endswith("_at"))
_UNANSWERED = """
    NOT EXISTS (SELECT 1 FROM answers WHERE answers.invitation_id = invitations.id)
"""


class WaitingSurvey(NamedTuple):
    """Whether the recipient of a waiting email opted out, and the invitation it is about."""

    has_opted_out: bool
    invitation: Invitation


def add(
    tx: Transaction,
    case_ref: str,
    created_at: datetime,
    expires_at: datetime,
    withheld_because: WithheldBecause | None,
) -> str:
    """Store a new invitation and return its id."""
    return add_all(tx, {case_ref: withheld_because}, created_at, expires_at)[0]


def add_all(
    tx: Transaction,
    withheld: Mapping[str, WithheldBecause | None],
    created_at: datetime,
    expires_at: datetime,
) -> list[str]:
    """Store new invitations and return their ids; `withheld` has the reason for each case's key."""
    rows = [
        {
            "id": new_id(),
            "case_ref": case_ref,
            "created_at": created_at,
            "expires_at": expires_at,
            "withheld_because": reason,
            "superseded_at": created_at if reason == "reopened" else None,
        }
        for case_ref, reason in withheld.items()
    ]
    tx.run_many(
        """INSERT INTO invitations
                  (id, case_ref, created_at, expires_at, withheld_because, superseded_at,
                   cohort_week)
           VALUES (:id, :case_ref, :created_at, :expires_at, :withheld_because, :superseded_at,
                   (SELECT closed_week FROM cases WHERE id = :case_ref))""",
        rows,
    )
    return [str(row["id"]) for row in rows]


def restart(
    tx: Transaction,
    case_ref: str,
    now: datetime,
    expires_at: datetime,
    withheld_because: WithheldBecause | None,
) -> str:
    """Let an unanswered invitation begin again at `now`, and return its id."""
    (invitation_id,) = tx.column(
        """UPDATE invitations SET created_at = :now, expires_at = :expires_at,
                  withheld_because = :withheld_because, superseded_at = NULL
           WHERE case_ref = :case_ref RETURNING id""",
        case_ref=case_ref,
        now=now,
        expires_at=expires_at,
        withheld_because=withheld_because,
    )
    return str(invitation_id)


def reopen(tx: Transaction, reopening: Reopening, now: datetime) -> list[str]:
    """Store a reopening, and withhold the unanswered invitations of closings before it.

    Returns their ids. One whose email bounced stays as it is, so that it is not sent to that
    address again. The newest reopening is kept even if no closing of the case is known yet.
    """
    tx.run(
        """INSERT INTO reopenings (source, case_id, reopened_at)
           VALUES (:source, :case_id, :reopened_at)
           ON CONFLICT (source, case_id) DO UPDATE SET reopened_at = excluded.reopened_at
           WHERE excluded.reopened_at > reopenings.reopened_at""",
        **vars(reopening),
    )
    sql = f"""UPDATE invitations SET superseded_at = :now, withheld_because = 'reopened'
              WHERE superseded_at IS NULL AND bounced_at IS NULL AND {_UNANSWERED}
                AND case_ref IN (
                    SELECT id FROM cases WHERE source = :source AND case_id = :case_id
                      AND coalesce(closed_again_at, closed_at) <= :reopened_at)
              RETURNING id"""
    return tx.column(sql, **vars(reopening), now=now)


def find(source: Readable, invitation_id: str) -> Invitation | None:
    """Return the invitation with this id; None if there is none."""
    rows = source.ask(_BY_ID, id=invitation_id)
    return from_row(rows[0]) if rows else None


def of_waiting(source: Readable, message_id: str, contact_digest: str) -> WaitingSurvey | None:
    """Return the invitation of a waiting message, and if its recipient opted out; else None.

    `contact_digest` is that of its recipient.
    """
    sql = f"""SELECT EXISTS (SELECT 1 FROM opt_outs WHERE contact_digest = :digest) AS opted_out,
                     {COLUMNS} {TABLES}
              WHERE invitations.id = (SELECT invitation_id FROM outbox WHERE id = :id
                                      AND sent_at IS NULL AND refused_at IS NULL)"""
    rows = source.ask(sql, id=message_id, digest=contact_digest)
    return WaitingSurvey(bool(rows[0].pop("opted_out")), from_row(rows[0])) if rows else None


def hand_over(
    tx: Transaction, invitation_ids: Collection[str], now: datetime, expires_at: datetime
) -> None:
    """Record that the customers got the links at `now`, unless they had them before."""
    names, values = in_list("id", invitation_ids)
    sql = f"""UPDATE invitations SET handed_over_at = :now, expires_at = :expires_at
              WHERE id IN ({names}) AND handed_over_at IS NULL"""
    tx.run(sql, **values, now=now, expires_at=expires_at)


def mark_reminded(tx: Transaction, invitation_ids: Collection[str], now: datetime) -> None:
    """Record that the reminders were sent."""
    names, values = in_list("id", invitation_ids)
    tx.run(f"UPDATE invitations SET reminded_at = :now WHERE id IN ({names})", **values, now=now)


def withhold(tx: Transaction, invitation_id: str, reason: WithheldBecause) -> None:
    """Store why the customer is not asked, unless they had the link or the case closed again."""
    sql = """UPDATE invitations SET withheld_because = :reason
             WHERE id = :id AND handed_over_at IS NULL AND superseded_at IS NULL"""
    tx.run(sql, id=invitation_id, reason=reason)


def mark_bounced(tx: Transaction, invitation_id: str, now: datetime) -> bool:
    """Record that the email bounced; return whether the invitation exists.

    The first time is kept. The invitation no longer counts in the response rate, but its link
    still works.
    """
    sql = "UPDATE invitations SET bounced_at = coalesce(bounced_at, :now) WHERE id = :id"
    return tx.changes(sql, id=invitation_id, now=now)


def with_earlier(source: Readable, invitation_ids: Collection[str]) -> list[str]:
    """Return the invitations whose case was also closed earlier."""
    names, values = in_list("id", invitation_ids)
    # PostgreSQL finds single values by index before it has statistics, but not joined rows.
    own = "FROM cases WHERE id = invitations.case_ref"
    return source.column(
        f"""SELECT id FROM invitations WHERE id IN ({names}) AND EXISTS (
                SELECT 1 FROM cases WHERE source = (SELECT source {own})
                  AND case_id = (SELECT case_id {own}) AND closed_at < (SELECT closed_at {own}))""",
        **values,
    )


def supersede_earlier(tx: Transaction, invitation_id: str, now: datetime) -> list[str]:
    """Supersede unanswered invitations for earlier closings of the case; return their ids."""
    # Subqueries, because PostgreSQL joins in a slow order until the tables are analyzed.
    sql = f"""UPDATE invitations SET superseded_at = :now,
                     withheld_because = nullif(withheld_because, 'reopened')
              WHERE (superseded_at IS NULL OR withheld_because = 'reopened') AND {_UNANSWERED}
                AND case_ref IN (
                    SELECT id FROM cases
                    WHERE (source, case_id) = (SELECT source, case_id {_ASKING})
                      AND closed_at < (SELECT closed_at {_ASKING}))
              RETURNING id"""
    return tx.column(sql, id=invitation_id, now=now)


def from_row(row: Row) -> Invitation:
    """Return a row with these columns as an invitation."""
    return Invitation(**row | times_in(row, *_TIMES))
