"""What leads did about answers: read, notes, discussed, follow-up."""

from collections.abc import Iterable
from datetime import datetime

from feedback_app.base.links import new_id
from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.records import AnswerStatus, Note, Progress
from feedback_app.store import follow_ups
from feedback_app.store.rows import in_list, times_in

_SELECT = """
    SELECT answers.invitation_id, unread_revision, read_at, discussed_at, discussed_week,
           handled_at, number, opened_at, due_on, closed_at, outcome, remark, owner
    FROM answers
    LEFT JOIN open_answers ON open_answers.invitation_id = answers.invitation_id
    LEFT JOIN progress ON progress.invitation_id = answers.invitation_id
    LEFT JOIN follow_ups ON follow_ups.invitation_id = answers.invitation_id
         AND follow_ups.number = (SELECT max(number) FROM follow_ups AS known
                                  WHERE known.invitation_id = answers.invitation_id)
    WHERE answers.revision = 1 AND
"""
_NOTES = "SELECT notes.id, notes.invitation_id, text, written_at FROM notes"
_NEWEST_LAST = "ORDER BY written_at, notes.id"


def of_answers(source: Database | Transaction, ids: Iterable[str]) -> dict[str, AnswerStatus]:
    """Return the status of each of these answers that exists, by invitation id."""
    names, values = in_list("id", ids)
    rows = source.ask(f"{_SELECT} answers.invitation_id IN ({names})", **values)
    notes = source.ask(f"{_NOTES} WHERE notes.invitation_id IN ({names}) {_NEWEST_LAST}", **values)
    return _statuses(rows, notes)


def of_answer(source: Database | Transaction, invitation_id: str) -> AnswerStatus | None:
    """Return the status of an answer; None if there is no such answer."""
    return of_answers(source, [invitation_id]).get(invitation_id)


def add_note(tx: Transaction, invitation_id: str, text: str, now: datetime) -> None:
    """Store a lead's note about an answer."""
    tx.run(
        """INSERT INTO notes (id, invitation_id, text, written_at)
           VALUES (:id, :invitation_id, :text, :now)""",
        id=new_id(),
        invitation_id=invitation_id,
        text=text,
        now=now,
    )


def change_note(tx: Transaction, note_id: str, text: str) -> None:
    """Replace the text of a note."""
    tx.run("UPDATE notes SET text = :text WHERE id = :id", text=text, id=note_id)


def delete_note(tx: Transaction, note_id: str) -> None:
    """Delete a note."""
    tx.run("DELETE FROM notes WHERE id = :id", id=note_id)


def _statuses(rows: Iterable[Row], notes: Iterable[Row]) -> dict[str, AnswerStatus]:
    noted: dict[str, list[Note]] = {}
    for row in notes:
        # The text is NULL after its retention period.
        if row["text"]:
            note = Note(id=row["id"], text=row["text"], written_at=from_text(row["written_at"]))
            noted.setdefault(row["invitation_id"], []).append(note)
    return {
        row["invitation_id"]: AnswerStatus(
            unread=row["unread_revision"] is not None,
            progress=Progress(
                discussed_week=row["discussed_week"],
                **times_in(row, "read_at", "discussed_at", "handled_at"),
            ),
            notes=tuple(noted.get(row["invitation_id"], ())),
            follow_up=follow_ups.from_row(row) if row["opened_at"] else None,
        )
        for row in rows
    }
