"""What leads did about answers: read, notes, discussed, follow-up."""

from collections.abc import Sequence
from datetime import datetime

from feedback_app.base.links import new_id
from feedback_app.database.contract import Readable, Transaction
from feedback_app.records import AnswerStatus, Note, Progress
from feedback_app.store import follow_ups
from feedback_app.store.rows import in_list, times_in

_PROGRESS = """
    SELECT answers.invitation_id, CASE WHEN unread_revision IS NULL THEN 0 ELSE 1 END AS unread,
           read_at, discussed_at, discussed_week, handled_at
    FROM answers
    LEFT JOIN open_answers ON open_answers.invitation_id = answers.invitation_id
    LEFT JOIN progress ON progress.invitation_id = answers.invitation_id
    WHERE answers.revision = 1 AND answers.invitation_id IN ({names})
"""


def of_answers(source: Readable, ids: Sequence[str]) -> dict[str, AnswerStatus]:
    """Return the status of each of these answers that exists, by invitation id."""
    names, values = in_list("id", ids)
    # The text is NULL after its retention period.
    sql = f"""SELECT id, invitation_id, text, written_at FROM notes
              WHERE invitation_id IN ({names}) AND text <> '' ORDER BY written_at, id"""
    noted = source.ask(sql, **values)
    notes: dict[str, list[Note]] = {}
    for row in noted:
        invitation_id = row.pop("invitation_id")
        note = Note(**row | times_in(row, "written_at"))
        notes.setdefault(invitation_id, []).append(note)
    newest = follow_ups.newest_of(source, ids)
    return {
        row["invitation_id"]: AnswerStatus(
            unread=bool(row["unread"]),
            progress=Progress(
                discussed_week=row["discussed_week"],
                **times_in(row, "read_at", "discussed_at", "handled_at"),
            ),
            notes=tuple(notes.get(row["invitation_id"], ())),
            follow_up=newest.get(row["invitation_id"]),
        )
        for row in source.ask(_PROGRESS.format(names=names), **values)
    }


def of_answer(source: Readable, invitation_id: str) -> AnswerStatus | None:
    """Return the status of an answer; None if there is no such answer."""
    return of_answers(source, [invitation_id]).get(invitation_id)


def add_note(tx: Transaction, invitation_id: str, text: str, now: datetime) -> None:
    """Store a lead's note about an answer."""
    tx.insert("notes", id=new_id(), invitation_id=invitation_id, text=text, written_at=now)


def change_note(tx: Transaction, note_id: str, text: str) -> None:
    """Replace the text of a note."""
    tx.run("UPDATE notes SET text = :text WHERE id = :id", text=text, id=note_id)


def delete_note(tx: Transaction, note_id: str) -> None:
    """Delete a note."""
    tx.run("DELETE FROM notes WHERE id = :id", id=note_id)
