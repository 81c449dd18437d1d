"""Answers: append-only revisions, the newest counts."""

from dataclasses import asdict

from feedback_app.clock import from_text
from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.records import Answer


def append(tx: Transaction, answer: Answer) -> bool:
    """Store this revision. Return False if another one with its number was there first."""
    values = {**asdict(answer), "flags": " ".join(answer.flags)}
    columns = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    return bool(
        tx.run(
            f"INSERT INTO answers ({columns}) VALUES ({marks})"
            " ON CONFLICT (invitation_id, revision) DO NOTHING",
            **values,
        )
    )


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
