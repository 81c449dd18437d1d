"""Compares what a page showed with what is stored now. Called within a write transaction."""

from feedback_app.database.contract import Transaction
from feedback_app.leads.refusals import ConflictError
from feedback_app.records import AnsweredCase
from feedback_app.store import answer_status, answers, leads, meetings


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
    return _is_repeated("notes", text, texts, seen, discard)


def check_meeting_open(tx: Transaction, week: str, seen_ended: bool, discard: str) -> None:
    """Raise ConflictError if the meeting ended after the page was loaded."""
    ended_at = meetings.of_week(tx, week).ended_at
    if ended_at and not seen_ended:
        by = leads.who_did(tx, "meeting ended", week, ended_at)
        raise ConflictError("meeting", discard, newer={"ended": "y"}, by=by, ended_at=ended_at)


def has_decision(
    tx: Transaction, week: str, invitation_id: str | None, text: str, seen: int, discard: str
) -> bool:
    """Return whether this decision was added after the page was loaded: the form was sent twice.

    Raises ConflictError if others were added: about the same answer, or without `invitation_id`
    in the whole meeting. Decisions of a meeting are added one at a time.
    """
    tx.only_one(f"meeting {week}")
    texts = [
        decision.text
        for decision in meetings.of_week(tx, week).decisions
        if invitation_id in (None, decision.invitation_id)
    ]
    return _is_repeated("decisions", text, texts, seen, discard)


def _is_repeated(kind: str, text: str, texts: list[str], seen: int, discard: str) -> bool:
    """Return whether `text` is one of the `texts` after the first `seen`, which the page showed.

    Raises ConflictError if there are only others. `kind` is also the field with the number seen.
    """
    added = texts[seen:]
    if added and text not in added:
        raise ConflictError(kind, discard, newer={kind: len(texts)}, theirs=added)
    return bool(added)
