"""Which case a text gives away: by its number, its customer, its address or its comment."""

from unicodedata import normalize

from feedback_app.database.contract import Database

# Shorter ones turn up in any text.
_SHORTEST = {"case_number": 4, "customer": 3, "contact_email": 1, "comment": 20}


def cases_in(database: Database, text: str) -> list[str]:
    """Return the number of a case that `text` names or whose comment it repeats, if there is one.

    What erasure and retention have emptied cannot be found any more.
    """
    said = _as_said(text)
    # Compared here, because the engines know small letters of different alphabets.
    rows = database.stream(
        """SELECT case_number, customer, contact_email, comment FROM cases
           LEFT JOIN invitations ON invitations.case_ref = cases.id
           LEFT JOIN answers ON answers.invitation_id = invitations.id"""
    )
    for row in rows:
        for column, shortest in _SHORTEST.items():
            words = row[column] or ""
            if len(words) >= shortest and _as_said(words) in said:
                return [row["case_number"]]
    return []


def _as_said(text: str) -> str:
    """Return `text` with neither capitals nor the breaks of its lines, each letter in one form."""
    return " ".join(normalize("NFC", text).split()).casefold()
