"""Taking back an import: the cases that one run stored, if their customers know nothing yet."""

from datetime import datetime

from feedback_app.database.contract import Database, Transaction
from feedback_app.store import rows

# All cases of an import have the time of its start. A delivery by a webhook or the API in the same
# second is different, because it has a row in `deliveries`.
_OF_RUN = """received_at = :run AND NOT EXISTS (
                 SELECT 1 FROM deliveries WHERE deliveries.case_ref = cases.id)"""
_USES = ("answers", "progress", "open_answers", "notes", "follow_ups", "decisions")
_UNTOUCHED = " AND ".join(
    [
        "handed_over_at IS NULL",
        """NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.invitation_id = invitations.id
                       AND (sent_at IS NOT NULL OR claimed_until > :now))""",
        *(
            f"NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.invitation_id = invitations.id)"
            for table in _USES
        ),
    ]
)


def count(source: Database, run: datetime) -> int:
    """Return how many cases of the run that started at `run` are stored."""
    return rows.count(source, f"SELECT count(*) FROM cases WHERE {_OF_RUN}", run=run)


def remove_some(tx: Transaction, run: datetime, now: datetime, limit: int) -> int:
    """Remove up to `limit` cases of a run with their unsent emails, and return how many.

    Cases stay if their email was sent or is being sent, their link was given out or opened, or
    something was noted about them.
    """
    found = tx.ask(
        f"""SELECT cases.id AS case_ref, invitations.id AS invitation_id
            FROM cases JOIN invitations ON invitations.case_ref = cases.id
            WHERE {_OF_RUN} AND {_UNTOUCHED} LIMIT :limit""",
        run=run,
        now=now,
        limit=limit,
    )
    for row in found:
        for table in ("outbox", "contact_digests"):
            tx.run(f"DELETE FROM {table} WHERE invitation_id = :id", id=row["invitation_id"])
        tx.run("DELETE FROM invitations WHERE id = :id", id=row["invitation_id"])
        tx.run("DELETE FROM cases WHERE id = :id", id=row["case_ref"])
    return len(found)
