"""Meetings: when they ended, and their decisions."""

from datetime import datetime

from feedback_app.base.links import new_id
from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Transaction
from feedback_app.records import Decision, Meeting


def of_week(source: Database | Transaction, week: str) -> Meeting:
    """Return the meeting of `week`, even if it has not been held yet."""
    ended = source.ask("SELECT ended_at FROM meetings WHERE week = :week", week=week)
    rows = source.ask(
        """SELECT decisions.id, text, written_at, decisions.invitation_id, case_number
           FROM decisions
           LEFT JOIN invitations ON invitations.id = decisions.invitation_id
           LEFT JOIN cases ON cases.id = invitations.case_ref
           WHERE week = :week AND text IS NOT NULL ORDER BY written_at, decisions.id""",
        week=week,
    )
    return Meeting(
        week=week,
        ended_at=from_text(ended[0]["ended_at"]) if ended else None,
        decisions=tuple(
            Decision(**{**row, "written_at": from_text(row["written_at"])}) for row in rows
        ),
    )


def discussed_with(database: Database, week: str) -> str | None:
    """Return the week whose meeting discussed all answers of `week`; None if some are open."""
    rows = database.ask(
        """SELECT max(discussed_week) AS week FROM answers
           JOIN progress ON progress.invitation_id = answers.invitation_id
           WHERE answered_week = :week
             AND NOT EXISTS (SELECT 1 FROM open_answers WHERE answered_week = :week)""",
        week=week,
    )
    found: str | None = rows[0]["week"]
    return found


def decide(tx: Transaction, week: str, invitation_id: str | None, text: str, now: datetime) -> None:
    """Store a decision of the meeting."""
    tx.run(
        """INSERT INTO decisions (id, week, invitation_id, text, written_at)
           VALUES (:id, :week, :invitation_id, :text, :now)""",
        id=new_id(),
        week=week,
        invitation_id=invitation_id,
        text=text,
        now=now,
    )


def withdraw(tx: Transaction, week: str, decision_id: str) -> bool:
    """Delete a decision; return whether it existed."""
    return bool(
        tx.run("DELETE FROM decisions WHERE id = :id AND week = :week", id=decision_id, week=week)
    )


def end(tx: Transaction, week: str, now: datetime) -> bool:
    """Record that the meeting has ended, unless it ended before; return whether it was recorded."""
    return bool(
        tx.run(
            """INSERT INTO meetings (week, ended_at) VALUES (:week, :now)
               ON CONFLICT (week) DO NOTHING""",
            week=week,
            now=now,
        )
    )
