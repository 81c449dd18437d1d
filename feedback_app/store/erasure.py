"""Retention and erasure: personal data is set to NULL, scores are kept."""

from datetime import datetime

from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.database.lifetimes import PERSONAL_DATA

_BY_INVITATION = (
    "invitation_id IN (SELECT id FROM invitations WHERE case_ref IN"
    " (SELECT id FROM cases WHERE {match}))"
)
# Cases come last because the other tables are matched by the address stored there.
_OF_CASE = {
    **dict.fromkeys(("outbox", "answers", "notes", "decisions", "follow_ups"), _BY_INVITATION),
    "cases": "id IN (SELECT id FROM cases WHERE {match})",
}
_MATCH = "(case_number = :case_number OR lower(contact_email) = lower(:email))"


def end_lifetime(tx: Transaction, lifetime: str, before: datetime) -> int:
    """Set the columns of this lifetime to NULL in rows older than `before`.

    Returns the number of rows changed.
    """
    changed = 0
    for name, table in PERSONAL_DATA.items():
        columns = _columns(name, lifetime)
        if columns:
            filled = " OR ".join(f"{column} IS NOT NULL" for column in columns)
            finished = table.finished or "1 = 1"
            changed += tx.run(
                f"""UPDATE {name} SET {_emptied(columns)}
                    WHERE {table.starts} < :before AND ({filled}) AND ({finished})""",
                before=before,
            )
    return changed


def messages_of(source: Database, case_number: str | None, email: str | None) -> list[Row]:
    """Return id and case number of every message in the outbox about a case or contact."""
    return source.ask(
        f"""SELECT outbox.id, cases.case_number FROM outbox
            JOIN invitations ON invitations.id = outbox.invitation_id
            JOIN cases ON cases.id = invitations.case_ref WHERE {_MATCH}""",
        case_number=case_number,
        email=email,
    )


def case_numbers_of(source: Database, email: str) -> list[str]:
    """Return the numbers of the cases with this contact address."""
    rows = source.ask(
        "SELECT DISTINCT case_number FROM cases WHERE lower(contact_email) = lower(:email)",
        email=email,
    )
    return [row["case_number"] for row in rows]


def erase(tx: Transaction, case_number: str | None, email: str | None, now: datetime) -> int:
    """Set the personal data of the case or contact to NULL; keep the scores.

    Unsent messages are cancelled. Returns the number of cases found.
    """
    found = tx.ask(
        f"SELECT count(*) AS cases FROM cases WHERE {_MATCH}",
        case_number=case_number,
        email=email,
    )
    tx.run(
        f"""UPDATE outbox SET refused_at = :now
            WHERE sent_at IS NULL AND refused_at IS NULL AND {_OF_CASE["outbox"]}""".format(
            match=_MATCH
        ),
        case_number=case_number,
        email=email,
        now=now,
    )
    for name, of_case in _OF_CASE.items():
        tx.run(
            f"UPDATE {name} SET {_emptied(_columns(name))} WHERE {of_case.format(match=_MATCH)}",
            case_number=case_number,
            email=email,
        )
    count: int = found[0]["cases"]
    return count


def _columns(table: str, lifetime: str | None = None) -> list[str]:
    """Return the columns of this lifetime, or all that have one."""
    return [
        name
        for name, column in PERSONAL_DATA[table].columns.items()
        if column.lifetime and lifetime in (None, column.lifetime)
    ]


def _emptied(columns: list[str]) -> str:
    return ", ".join(f"{column} = NULL" for column in columns)
