"""What leads marked about answers: themes, and comments to withhold."""

from collections import Counter
from datetime import datetime

from feedback_app.database.contract import Database, Transaction
from feedback_app.store import answers
from feedback_app.store.annulments import ANNULMENT


def set_theme(tx: Transaction, invitation_id: str, theme: str, is_set: bool) -> bool:
    """Add a theme to an answer, or remove it. Return whether that changed something."""
    answers.lock(tx, invitation_id)
    themes = _themes(tx, invitation_id)
    if (theme in themes) == is_set:
        return False
    kept = sorted({*themes, theme} if is_set else {*themes} - {theme})
    tx.run(
        """INSERT INTO answer_marks (invitation_id, answered_week, themes)
           SELECT invitation_id, answered_week, :themes FROM answers
           WHERE invitation_id = :id AND revision = 1
           ON CONFLICT (invitation_id) DO UPDATE SET themes = :themes""",
        id=invitation_id,
        themes=" ".join(kept),
    )
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


def _themes(tx: Transaction, invitation_id: str) -> list[str]:
    rows = tx.ask("SELECT themes FROM answer_marks WHERE invitation_id = :id", id=invitation_id)
    return rows[0]["themes"].split() if rows else []
