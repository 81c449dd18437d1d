"""The columns that hold personal data, with their purpose and retention period.

`tests/database/test_lifetimes.py` fails if a column is neither here nor on its list of columns
without personal data.
"""

from typing import NamedTuple

from feedback_app.records import CASE_FIELDS


class PersonalColumn(NamedTuple):
    """What a column is for, and after which period of `[retention]` it is set to NULL.

    Without a lifetime the value stays until its row is deleted.
    """

    purpose: str
    lifetime: str | None = None


class PersonalTable(NamedTuple):
    """The personal columns of a table.

    The retention period starts at the time in the column `starts`; it never ends in rows that do
    not meet the SQL condition `finished`.
    """

    columns: dict[str, PersonalColumn]
    starts: str | None = None
    finished: str | None = None


PERSONAL_DATA: dict[str, PersonalTable] = {
    "cases": PersonalTable(
        {
            name: PersonalColumn(field.description, field.lifetime)
            for name, field in CASE_FIELDS.items()
            if field.lifetime
        },
        starts="closed_at",
    ),
    "answers": PersonalTable(
        {"comment": PersonalColumn("The reason for the scores", "comment")},
        starts="answered_at",
    ),
    "outbox": PersonalTable(
        {
            "recipient": PersonalColumn("Where the message goes", "message"),
            "lead_name": PersonalColumn("Whose password the message is about", "message"),
            "last_error": PersonalColumn("The mail server's last reply", "message"),
        },
        starts="created_at",
        finished="sent_at IS NOT NULL OR refused_at IS NOT NULL",
    ),
    "notes": PersonalTable(
        {"text": PersonalColumn("A lead's note on an answer for the meeting", "comment")},
        starts="written_at",
    ),
    "follow_ups": PersonalTable(
        {
            "remark": PersonalColumn("The result of a follow-up, in a lead's words", "comment"),
            "owner": PersonalColumn("Who contacts the customer", "comment"),
        },
        starts="opened_at",
    ),
    "decisions": PersonalTable(
        {
            "text": PersonalColumn("What the meeting decided, for the minutes", "comment"),
            "owner": PersonalColumn("Who does what the meeting decided", "comment"),
        },
        starts="written_at",
    ),
    "meeting_items": PersonalTable(
        {"text": PersonalColumn("The minutes of the meeting", "comment")},
        starts="written_at",
    ),
    "lead_actions": PersonalTable(
        {
            "lead_name": PersonalColumn("Who exported or changed something", "comment"),
            "subject": PersonalColumn("The week, case or account that was affected", "comment"),
        },
        starts="done_at",
    ),
    "search_texts": PersonalTable(
        {
            "key": PersonalColumn("Which text it is, or the customer's name, for the search"),
            "words": PersonalColumn("The words of a text; triggers empty it with the text"),
        }
    ),
    "search_changes": PersonalTable(
        {"key": PersonalColumn("Which text is to be indexed, or the customer's name")}
    ),
    "leads": PersonalTable(
        {
            "name": PersonalColumn("The name a lead signs in with"),
            "email": PersonalColumn("Where links to set a password and alerts go"),
            "password_hash": PersonalColumn("Argon2; NULL if a proxy signs leads in"),
            "link_digest": PersonalColumn("SHA-256 of the token that sets the password once"),
            "signed_in_at": PersonalColumn("The last sign-in"),
        }
    ),
    "lead_sessions": PersonalTable({"lead_name": PersonalColumn("Who is signed in")}),
    "opt_outs": PersonalTable(
        {"contact_digest": PersonalColumn("SHA-256 of an address that gets no surveys")}
    ),
    "contact_digests": PersonalTable(
        {
            "contact_digest": PersonalColumn(
                "HMAC of an expired address, so that its texts can be erased on request"
            )
        }
    ),
    "send_pauses": PersonalTable(
        {"domain": PersonalColumn("A domain whose emails pause; deleted when the pause ends")}
    ),
    "rejected_files": PersonalTable(
        {"path": PersonalColumn("A file of rejected rows, so that erasure finds it")}
    ),
}
