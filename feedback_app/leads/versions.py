"""Compares what a page showed with what is stored now. Called within a write transaction."""

from feedback_app.database.contract import Transaction
from feedback_app.leads.refusals import ConflictError
from feedback_app.records import AnsweredCase
from feedback_app.store import answer_status, answers


def check_revision(tx: Transaction, case: AnsweredCase, seen: int, discard: str) -> None:
    """Raise ConflictError if the customer changed the answer after revision `seen`."""
    newest = answers.revisions(tx, case.invitation_id)[-1].revision
    if newest > seen:
        raise ConflictError(
            "answer", discard, newer={"revision": newest}, invitation_id=case.invitation_id
        )


def has_note(tx: Transaction, invitation_id: str, text: str, seen: int, discard: str) -> bool:
    """Return whether this note was added after the page was loaded: the form was sent twice.

    Raises ConflictError if other notes were added. Notes of an answer are added one at a time.
    """
    tx.only_one(f"notes {invitation_id}")
    status = answer_status.of_answer(tx, invitation_id)
    texts = [note.text for note in status.notes] if status else []
    added = texts[seen:]
    if added and text not in added:
        raise ConflictError("notes", discard, newer={"notes": len(texts)}, theirs=added)
    return bool(added)
