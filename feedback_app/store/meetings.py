"""Meetings: their agenda, their minutes, and when they ended."""

from collections.abc import Iterable
from datetime import datetime

from feedback_app.database.contract import Database, Readable, Transaction
from feedback_app.records import Meeting, MeetingItem
from feedback_app.store import decisions

# Stands for an invitation in the items of a meeting.
IN_GENERAL = ""


def of_week(source: Readable, week: str) -> Meeting:
    """Return the meeting of `week`, even if it has not been held yet."""
    sql = """SELECT meeting_items.invitation_id, chosen, coalesce(text, '') AS text, case_number
             FROM meeting_items
             LEFT JOIN invitations ON invitations.id = meeting_items.invitation_id
             LEFT JOIN cases ON cases.id = invitations.case_ref
             WHERE week = :week ORDER BY case_number, meeting_items.invitation_id"""
    rows = source.ask(sql, week=week)
    return Meeting(
        week=week,
        ended_at=source.time("SELECT ended_at FROM meetings WHERE week = :week", week=week),
        decisions=decisions.of_week(source, week),
        items={row.pop("invitation_id"): MeetingItem(**row) for row in rows},
    )


def discussed_with(database: Database, week: str) -> str | None:
    """Return the week whose meeting discussed all answers of `week`; None if some are open."""
    sql = """SELECT max(discussed_week) FROM answers
             JOIN progress ON progress.invitation_id = answers.invitation_id
             WHERE answered_week = :week
               AND NOT EXISTS (SELECT 1 FROM open_answers WHERE answered_week = :week)"""
    return database.value(sql, week=week)


def choose(
    tx: Transaction, week: str, ids: Iterable[str], chosen: bool, now: datetime, keep: bool = False
) -> None:
    """Put these answers on the agenda, or leave them off.

    With `keep`, a choice that a colleague has made in the meantime stays as it is.
    """
    choice = "coalesce(meeting_items.chosen, :chosen)" if keep else ":chosen"
    for invitation_id in ids:
        sql = f"""INSERT INTO meeting_items (week, invitation_id, chosen, written_at)
                  VALUES (:week, :id, :chosen, :now)
                  ON CONFLICT (week, invitation_id) DO UPDATE SET chosen = {choice}"""
        tx.run(sql, week=week, id=invitation_id, chosen=int(chosen), now=now)


def minutes_about(source: Readable, week: str, invitation_id: str) -> str:
    """Return the minutes about an answer, or about the meeting in general; "" if none."""
    sql = "SELECT text FROM meeting_items WHERE week = :week AND invitation_id = :id"
    text = source.value(sql, week=week, id=invitation_id)
    return text or ""


def save_minutes(tx: Transaction, week: str, invitation_id: str, text: str, now: datetime) -> None:
    """Replace the minutes about an answer, or about the meeting in general."""
    sql = """INSERT INTO meeting_items (week, invitation_id, text, written_at)
             VALUES (:week, :id, :text, :now)
             ON CONFLICT (week, invitation_id) DO UPDATE SET text = :text, written_at = :now"""
    tx.run(sql, week=week, id=invitation_id, text=text or None, now=now)


def end(tx: Transaction, week: str, now: datetime) -> bool:
    """Record that the meeting has ended, unless it ended before; return whether it was recorded."""
    return tx.insert_new("meetings", week=week, ended_at=now)
