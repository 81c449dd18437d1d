"""Which case a text gives away: by its number, its customer, its address or its comment."""

from feedback_app.database.contract import Database

# Shorter ones turn up in any text.
_SHORTEST_NUMBER, _SHORTEST_NAME, _SHORTEST_COMMENT = 4, 3, 20


def cases_in(database: Database, text: str) -> list[str]:
    """Return the number of a case that `text` names or whose comment it repeats, if there is one.

    What erasure and retention have emptied cannot be found any more.
    """
    rows = database.ask(
        """SELECT case_number FROM cases
           LEFT JOIN invitations ON invitations.case_ref = cases.id
           LEFT JOIN answers ON answers.invitation_id = invitations.id
           WHERE (length(case_number) >= :number
                  AND lower(:text) LIKE '%' || lower(case_number) || '%')
              OR (length(customer) >= :name AND lower(:text) LIKE '%' || lower(customer) || '%')
              OR lower(:text) LIKE '%' || lower(contact_email) || '%'
              OR (length(comment) >= :comment AND lower(:text) LIKE '%' || lower(comment) || '%')
           LIMIT 1""",
        text=text,
        number=_SHORTEST_NUMBER,
        name=_SHORTEST_NAME,
        comment=_SHORTEST_COMMENT,
    )
    return [row["case_number"] for row in rows]
