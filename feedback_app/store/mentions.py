"""Finds cases that a text identifies by number, customer, address or comment."""

from unicodedata import normalize

from feedback_app.database.contract import Database

# Minimum lengths: shorter values occur in any text by chance.
_SHORTEST = {"case_number": 4, "customer": 3, "contact_email": 1, "comment": 20}


def cases_in(database: Database, text: str) -> list[str]:
    """Return the number of the first case that `text` names or whose comment it repeats, if any.

    Erased values cannot be found.
    """
    folded = _folded(text)
    # Compared in Python because the engines fold the case of different alphabets.
    sql = """SELECT case_number, customer, contact_email, comment FROM cases
             LEFT JOIN invitations ON invitations.case_ref = cases.id
             LEFT JOIN answers ON answers.invitation_id = invitations.id"""
    rows = database.stream(sql)
    for row in rows:
        for column, shortest in _SHORTEST.items():
            words = row[column] or ""
            if len(words) >= shortest and _folded(words) in folded:
                return [row["case_number"]]
    return []


def _folded(text: str) -> str:
    """Return `text` case-folded, on one line, in Unicode normal form C."""
    return " ".join(normalize("NFC", text).split()).casefold()
