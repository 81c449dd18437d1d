"""Every column with its purpose and lifetime (`migrations` makes the tables).

A lifetime is the name of a retention period in the facts (`[retention]`). "record" columns are
kept: they hold no text and nobody's address. When a lifetime ends, the column is emptied.
"""

from feedback_app.database.columns import RECORD, Column, Table
from feedback_app.database.review_lifetimes import DESK
from feedback_app.records import CASE_FIELDS

TABLES: dict[str, Table] = {
    "schema_versions": Table(
        "applied_at",
        {
            "version": Column("the number of a migration that ran"),
            "applied_at": Column("when it ran"),
        },
    ),
    "cases": Table(
        "closed_at",
        {
            **{
                name: Column(field.description, field.lifetime or RECORD)
                for name, field in CASE_FIELDS.items()
            },
            "id": Column("our own key"),
            "solution_proposed_at": Column("no longer used"),
            "closed_week": Column("the cohort: ISO week in the team's time zone"),
            "received_at": Column("when we first heard of this closing"),
        },
    ),
    "invitations": Table(
        "created_at",
        {
            "id": Column("the random id inside the signed link"),
            "case_ref": Column("the closed case that is asked about"),
            "created_at": Column("when it was made"),
            "expires_at": Column("when its link stops taking an answer"),
            "withheld_because": Column("why the customer was not asked"),
            "handed_over_at": Column("when SMTP took the mail, or the link was given out"),
            "bounced_at": Column("when the mail came back; leaves the response rate"),
            "superseded_at": Column("when a later closing replaced it"),
        },
    ),
    "answers": Table(
        "answered_at",
        {
            "invitation_id": Column("what was answered"),
            "revision": Column("1 for the first answer; the newest counts"),
            "ease": Column("CES: 1 very difficult to 5 very easy"),
            "satisfaction": Column("CSS: 1 very dissatisfied to 5 very satisfied"),
            "comment": Column("why, in the customer's words", "comment"),
            "contact_welcome": Column("whether a team lead may get in touch"),
            "wording_version": Column("which wording of the questions was answered"),
            "language": Column("in which language it was asked"),
            "answered_at": Column("when this revision arrived"),
            "answered_week": Column("ISO week in which the first revision arrived"),
            "flags": Column("what looked unlike a person, from the POST alone"),
        },
    ),
    "contests": Table(
        "since",
        {
            "invitation_id": Column("the answer that other values were sent against"),
            "revision": Column("the revision that stood then"),
            "since": Column("when that happened first"),
            "times": Column("how often; beyond some times no guess is confirmed any more"),
        },
    ),
    "outbox": Table(
        "created_at",
        {
            "id": Column("names the message; the stable part of its Message-ID"),
            "kind": Column("what sort of message it is"),
            "invitation_id": Column("the invitation it hands over, if it does"),
            "recipient": Column("where it goes", "message"),
            "message": Column("the whole mail as it is sent", "message"),
            "created_at": Column("when it was written"),
            "due_at": Column("when it may be tried next"),
            "claimed_until": Column("until when one worker has it"),
            "attempts": Column("how often it was tried in vain"),
            "sent_at": Column("when it was accepted"),
            "refused_at": Column("when it was refused for good or given up"),
            "last_error": Column("what the mail server said last", "message"),
        },
        needed_until=("sent_at", "refused_at"),
    ),
    "opt_outs": Table(
        "since",
        {
            "contact_digest": Column(
                "SHA-256 of an address that wants no surveys: recognised, and open to guessing"
            ),
            "since": Column("when it objected"),
        },
    ),
    "progress": Table(
        "read_at",
        {
            "invitation_id": Column("the answer that was dealt with"),
            "read_at": Column("when a lead read it"),
            "discussed_at": Column("when the meeting that discussed it ended"),
            "discussed_week": Column("the ISO week whose meeting that was"),
            "handled_at": Column("when nothing was left to do about it"),
        },
    ),
    "sender_keys": Table(
        "created_at",
        {
            "id": Column("the part of a key that may be shown"),
            "source": Column("the case system that holds the key"),
            "key_digest": Column("SHA-256 of the key; not readable"),
            "created_at": Column("when it was made"),
            "revoked_at": Column("since when it opens nothing"),
        },
    ),
    "deliveries": Table(
        "received_at",
        {
            "source": Column("the case system that delivered"),
            "delivery_digest": Column("SHA-256 of its name for the delivery; not readable"),
            "case_ref": Column("the closed case that came with it"),
            "received_at": Column("when it came first; the row goes 30 days later"),
        },
    ),
    "rejected_files": Table(
        "written_at",
        {
            "path": Column("a file of rejected rows, so that erasure finds it"),
            "written_at": Column("when it was written; the file goes when contacts go"),
        },
    ),
    **DESK,
}
