"""Answers: append-only revisions, the newest counts."""

from feedback_app.clock import from_text
from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.records import Answer

_INSERT = """
    INSERT INTO answers (
        invitation_id, revision, ease, satisfaction, comment, contact_welcome, wording_version,
        language, answered_at, answered_week, flags
    ) VALUES (
        :invitation_id, :revision, :ease, :satisfaction, :comment, :contact_welcome,
        :wording_version, :language, :answered_at, :answered_week, :flags
    ) ON CONFLICT (invitation_id, revision) DO NOTHING
"""


def append(tx: Transaction, answer: Answer) -> bool:
    """Store this revision. Return False if another one with its number was there first."""
    values = {**vars(answer), "flags": " ".join(answer.flags)}
    return bool(tx.run(_INSERT, **values))


def revisions(source: Database | Transaction, invitation_id: str) -> list[Answer]:
    """Return every revision of an answer, the one that counts last."""
    rows = source.ask(
        "SELECT * FROM answers WHERE invitation_id = :id ORDER BY revision",
        id=invitation_id,
    )
    return [_answer(row) for row in rows]


def _answer(row: Row) -> Answer:
    return Answer(
        **{
            **row,
            "comment": row["comment"] or "",
            "contact_welcome": bool(row["contact_welcome"]),
            "answered_at": from_text(row["answered_at"]),
            "flags": tuple(row["flags"].split()),
        }
    )
