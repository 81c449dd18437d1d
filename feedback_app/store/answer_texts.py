"""Every text about an answer: comments, notes, follow-up results, decisions and minutes."""

from typing import Literal, NamedTuple

from feedback_app.base import redaction
from feedback_app.base.redaction import WantedWords
from feedback_app.database.contract import Readable, Transaction
from feedback_app.store import answers

Kind = Literal["comment", "note", "result", "decision", "minutes"]
_IN_ITS_WEEKS = """week IN (SELECT answered_week FROM answers WHERE invitation_id = :id
                            UNION SELECT discussed_week FROM progress WHERE invitation_id = :id)"""
_SELECT: dict[Kind, str] = {
    "comment": """SELECT CAST(revision AS TEXT) AS key, comment AS text FROM answers
                  WHERE invitation_id = :id ORDER BY revision DESC""",
    "note": "SELECT id AS key, text FROM notes WHERE invitation_id = :id ORDER BY written_at, id",
    "result": """SELECT CAST(number AS TEXT) AS key, remark AS text FROM follow_ups
                 WHERE invitation_id = :id ORDER BY number""",
    "decision": f"""SELECT id AS key, text FROM decisions
                    WHERE invitation_id = :id OR (invitation_id IS NULL AND {_IN_ITS_WEEKS})
                    ORDER BY written_at, id""",
    "minutes": f"""SELECT week || invitation_id AS key, text FROM meeting_items
                   WHERE invitation_id = :id OR (invitation_id = '' AND {_IN_ITS_WEEKS})
                   ORDER BY week, invitation_id""",
}
_UPDATE: dict[Kind, str] = {
    "comment": """UPDATE answers SET comment = :text
                  WHERE invitation_id = :id AND CAST(revision AS TEXT) = :key""",
    "note": "UPDATE notes SET text = :text WHERE invitation_id = :id AND id = :key",
    "result": """UPDATE follow_ups SET remark = :text
                 WHERE invitation_id = :id AND CAST(number AS TEXT) = :key""",
    "decision": """UPDATE decisions SET text = :text
                   WHERE (invitation_id = :id OR invitation_id IS NULL) AND id = :key""",
    "minutes": """UPDATE meeting_items SET text = :text
                  WHERE invitation_id IN (:id, '') AND week || invitation_id = :key""",
}


class AnswerText(NamedTuple):
    """A text; `key` identifies it among those of its kind and is the revision of a comment."""

    kind: Kind
    key: str
    text: str


def of_answer(source: Readable, invitation_id: str) -> list[AnswerText]:
    """Return every text about an answer: the newest comment, earlier ones, then the leads' texts.

    Included are decisions and minutes about the week in which it arrived, and about the one in
    which it was discussed.
    """
    return [
        AnswerText(kind, row["key"], row["text"])
        for kind, sql in _SELECT.items()
        for row in source.ask(sql, id=invitation_id)
        if row["text"]
    ]


def redact(tx: Transaction, invitation_id: str, words: WantedWords) -> list[AnswerText]:
    """Redact `words` in every text about an answer; return the texts that contained them.

    Stored answers only change by redaction and erasure.
    """
    # Two leads may redact different words at the same time, and each writes the whole text.
    answers.lock(tx, invitation_id)
    found = [one for one in of_answer(tx, invitation_id) if redaction.find(one.text, words)]
    for one in found:
        text = redaction.redact(one.text, words)
        tx.run(_UPDATE[one.kind], text=text, id=invitation_id, key=one.key)
    return found
