"""Retention and erasure: personal data is set to NULL, scores are kept."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from feedback_app.base.address_digests import AddressDigests
from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.database.lifetimes import PERSONAL_DATA
from feedback_app.store import answers, contact_digests, follow_ups
from feedback_app.store.batches import change_in_batches
from feedback_app.store.rows import in_list

_OF_INVITATION = ("outbox", "answers", "notes", "decisions", "meeting_items", "follow_ups")
# The tables of texts that leads write, and the column.
_LEADS_TEXTS = {
    "notes": "text",
    "decisions": "text",
    "meeting_items": "text",
    "follow_ups": "remark",
}

# What each field of CaseTexts counts: column, table and condition.
_COUNTED = (
    ("id", "outbox", "recipient IS NOT NULL"),
    ("DISTINCT invitation_id", "answers", "comment <> ''"),
    ("id", "notes", "text IS NOT NULL"),
    ("id", "decisions", "text IS NOT NULL"),
    ("week", "meeting_items", "text IS NOT NULL"),
    ("number", "follow_ups", "remark IS NOT NULL"),
    ("number", "follow_ups", "closed_at IS NULL"),
)


class CaseTexts(NamedTuple):
    """How many rows with personal data belong to cases."""

    emails: int = 0
    comments: int = 0
    notes: int = 0
    decisions: int = 0
    minutes: int = 0
    remarks: int = 0
    open_follow_ups: int = 0


class Mention(NamedTuple):
    """A text of a lead about another case or the week, which contains what is erased."""

    table: str
    text: str


def end_lifetime(
    database: Database, digests: AddressDigests, lifetime: str, before: datetime
) -> int:
    """Set the columns of this lifetime to NULL in rows older than `before`, in batches.

    An address leaves a digest while the answer has texts. Returns the number of rows changed.
    """
    return sum(
        _end_lifetime(database, digests, name, columns, before)
        for name in PERSONAL_DATA
        if (columns := _columns(name, lifetime))
    )


def _end_lifetime(
    database: Database, digests: AddressDigests, name: str, columns: list[str], before: datetime
) -> int:
    def empty(tx: Transaction, where: str, values: dict[str, object]) -> int:
        if "contact_email" in columns:
            contact_digests.keep(tx, digests, where, values)
        return tx.run(f"UPDATE {name} SET {_emptied(columns)} WHERE {where}", **values)

    table = PERSONAL_DATA[name]
    filled = " OR ".join(f"{column} IS NOT NULL" for column in columns)
    condition = f"{table.starts} < :before AND ({filled}) AND ({table.finished or '1 = 1'})"
    return change_in_batches(database, name, condition, empty, before=before)


def erased_since(database: Database, moment: datetime) -> list[tuple[str, str]]:
    """Return source and number of the cases that were erased at `moment` or later, sorted."""
    sql = """SELECT DISTINCT source, case_number FROM cases WHERE erased_at >= :moment
             ORDER BY source, case_number"""
    rows = database.ask(sql, moment=moment)
    return [(row["source"], row["case_number"]) for row in rows]


def texts_of(source: Database, invitation_ids: Iterable[str]) -> CaseTexts:
    """Return how many texts and open follow-ups belong to these invitations."""
    totals = [0] * len(_COUNTED)
    for invitation_id in invitation_ids:
        for at, (counted, table, condition) in enumerate(_COUNTED):
            sql = f"SELECT count({counted}) FROM {table} WHERE invitation_id = :id AND {condition}"
            totals[at] += source.count(sql, id=invitation_id)
    return CaseTexts(*totals)


def messages_of(source: Database, invitation_id: str) -> list[str]:
    """Return the ids of all messages in the outbox about an invitation."""
    return source.column("SELECT id FROM outbox WHERE invitation_id = :id", id=invitation_id)


def mentions(
    source: Database, is_mention: Callable[[str], bool], besides: Collection[str] = ()
) -> list[Mention]:
    """Return the leads' texts for which `is_mention` is true, except about these invitations."""
    return [
        Mention(table, row["text"])
        for table in _LEADS_TEXTS
        for row in _leads_texts(source, table)
        if row["invitation_id"] not in besides and is_mention(row["text"])
    ]


def comments_mentioning(
    source: Database, is_mention: Callable[[str], bool], besides: set[str]
) -> list[str]:
    """Return the numbers of other cases for whose comment `is_mention` is true."""
    sql = """SELECT invitation_id, comment FROM answers
             WHERE comment LIKE '%@%' OR comment LIKE '%＠%'"""
    comments = source.ask(sql)
    found = {row["invitation_id"] for row in comments if is_mention(row["comment"])} - besides
    names, values = in_list("id", found)
    rows = source.ask(
        f"""SELECT DISTINCT case_number FROM cases JOIN invitations ON case_ref = cases.id
            WHERE invitations.id IN ({names}) ORDER BY case_number""",
        **values,
    )
    return [row["case_number"] for row in rows]


def erase_case(tx: Transaction, case_ref: str, invitation_id: str, now: datetime) -> None:
    """Set the personal data of a case to NULL; keep the scores.

    Unsent messages are cancelled and an open follow-up is closed.
    """
    # A reason that is stored at the same time repeats the comment in a new revision.
    answers.lock(tx, invitation_id)
    sql = """UPDATE outbox SET refused_at = :now
             WHERE invitation_id = :id AND sent_at IS NULL AND refused_at IS NULL"""
    tx.run(sql, id=invitation_id, now=now)
    for name in _OF_INVITATION:
        tx.run(
            f"UPDATE {name} SET {_emptied(_columns(name))} WHERE invitation_id = :id",
            id=invitation_id,
        )
    for follow_up in follow_ups.of_answer(tx, invitation_id):
        follow_ups.close(tx, invitation_id, follow_up.number, "erased", "", now)
    tx.run("DELETE FROM contact_digests WHERE invitation_id = :id", id=invitation_id)
    tx.run(
        f"UPDATE cases SET {_emptied(_columns('cases'))}, erased_at = :now WHERE id = :id",
        id=case_ref,
        now=now,
    )


def erase_mentions(tx: Transaction, found: Iterable[Mention]) -> None:
    """Set these texts of leads to NULL."""
    for table, text in set(found):
        column = _LEADS_TEXTS[table]
        tx.run(f"UPDATE {table} SET {column} = NULL WHERE {column} = :text", text=text)


def _leads_texts(source: Database, table: str) -> list[Row]:
    column = _LEADS_TEXTS[table]
    sql = f"SELECT invitation_id, {column} AS text FROM {table} WHERE {column} IS NOT NULL"
    return source.ask(sql)


def _columns(table: str, lifetime: str | None = None) -> list[str]:
    """Return the columns of this lifetime, or all that have one."""
    return [
        name
        for name, column in PERSONAL_DATA[table].columns.items()
        if column.lifetime and lifetime in (None, column.lifetime)
    ]


def _emptied(columns: list[str]) -> str:
    return ", ".join(f"{column} = NULL" for column in columns)
