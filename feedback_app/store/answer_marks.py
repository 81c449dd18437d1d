"""What leads marked about answers: themes, and comments to handle with care."""

from collections import Counter
from datetime import datetime

from feedback_app.database.contract import Database, Readable, Transaction
from feedback_app.store import answers
from feedback_app.store.annulments import ANNULMENT


def set_theme(tx: Transaction, invitation_id: str, theme: str, is_set: bool) -> bool:
    """Add a theme to an answer, or remove it. Return whether that changed something."""
    answers.lock(tx, invitation_id)
    sql = "SELECT themes FROM answer_marks WHERE invitation_id = :id"
    themes = set((tx.value(sql, id=invitation_id) or "").split())
    if (theme in themes) == is_set:
        return False
    _mark(tx, invitation_id, "themes", " ".join(sorted(themes ^ {theme})))
    return True


def count_themes(
    database: Database, first: str, last: str, now: datetime
) -> Counter[tuple[str, str]]:
    """Return the number of answers by theme and week, without annulled ones."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in database.ask(
        f"""SELECT themes, answered_week, count(*) AS answers FROM answer_marks
            WHERE answered_week BETWEEN :first AND :last AND themes <> ''
              AND NOT EXISTS {ANNULMENT.format(answer="answer_marks")}
            GROUP BY themes, answered_week""",
        first=first,
        last=last,
        as_of=now,
    ):
        for theme in row["themes"].split():
            counts[theme, row["answered_week"]] += row["answers"]
    return counts


def set_care(tx: Transaction, invitation_id: str, reason: str | None) -> bool:
    """Store why a comment needs care, or that it no longer does; return whether that is new."""
    answers.lock(tx, invitation_id)
    if care_of(tx, invitation_id) == reason:
        return False
    _mark(tx, invitation_id, "care", reason)
    return True


def care_of(source: Readable, invitation_id: str) -> str | None:
    """Return why the comment needs care; None if it does not."""
    return source.value("SELECT care FROM answer_marks WHERE invitation_id = :id", id=invitation_id)


def with_care(database: Database, limit: int) -> list[tuple[str, str]]:
    """Return invitation id and case number of up to `limit` comments with care, newest first."""
    sql = """SELECT invitation_id, case_number FROM answer_marks
             JOIN invitations ON invitations.id = invitation_id
             JOIN cases ON cases.id = case_ref
             WHERE care IS NOT NULL ORDER BY answered_week DESC, invitation_id LIMIT :limit"""
    rows = database.ask(sql, limit=limit)
    return [(row["invitation_id"], row["case_number"]) for row in rows]


def _mark(tx: Transaction, invitation_id: str, column: str, value: str | None) -> None:
    sql = """INSERT INTO answer_marks (invitation_id, answered_week, themes)
             SELECT invitation_id, answered_week, '' FROM answers
             WHERE invitation_id = :id AND revision = 1
             ON CONFLICT (invitation_id) DO NOTHING"""
    tx.run(sql, id=invitation_id)
    tx.run(
        f"UPDATE answer_marks SET {column} = :value WHERE invitation_id = :id",
        id=invitation_id,
        value=value,
    )
