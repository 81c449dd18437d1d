"""The columns of the weekly review, with purpose and lifetime."""

from feedback_app.database.columns import Column, Table

DESK: dict[str, Table] = {
    "open_answers": Table(
        "answered_week",
        {
            "invitation_id": Column("an answer no meeting has discussed yet"),
            "answered_week": Column("ISO week in which its first revision arrived"),
            "unread_revision": Column("the newest revision, until a lead has read it"),
        },
    ),
    "week_scores": Table(
        "week",
        {
            "week": Column("ISO week in which first revisions arrived"),
            "wording_version": Column("which wording was answered: wordings are never pooled"),
            "ease": Column("CES of the newest revision"),
            "satisfaction": Column("CSS of the newest revision"),
            "answers": Column("how many answers have these scores, counted as they arrive"),
        },
    ),
    "sample_weeks": Table(
        "week", {"week": Column("ISO week in which a sample case was first answered")}
    ),
    "notes": Table(
        "written_at",
        {
            "id": Column("our own key"),
            "invitation_id": Column("the answer the note is about"),
            "text": Column("what a lead wants the meeting to know", "comment"),
            "written_at": Column("when it was written"),
        },
    ),
    "follow_ups": Table(
        "opened_at",
        {
            "invitation_id": Column("the answer that asks for it"),
            "number": Column("1 for the first follow-up of an answer, 2 for the next"),
            "opened_at": Column("when it was opened, by the answer or by a lead"),
            "due_on": Column("day by which somebody should have got in touch, in the team's zone"),
            "closed_at": Column("when it was closed"),
            "outcome": Column("how it was closed"),
            "remark": Column("what came of it, in a lead's words", "comment"),
        },
    ),
    "meetings": Table(
        "ended_at",
        {
            "week": Column("the week whose answers were discussed"),
            "ended_at": Column("when the meeting ended"),
        },
    ),
    "decisions": Table(
        "written_at",
        {
            "id": Column("our own key"),
            "week": Column("the week whose meeting decided"),
            "invitation_id": Column("the answer it is about, if it is about one"),
            "text": Column("what was decided, for the minutes", "comment"),
            "written_at": Column("when it was noted"),
        },
    ),
    "digests": Table(
        "written_at",
        {
            "week": Column("the week that was told about, or had nothing to tell"),
            "written_at": Column("when, so that nobody is told twice"),
        },
    ),
    "leads": Table(
        "added_at",
        {
            "name": Column("what a lead signs in with; the row goes with the account"),
            "role": Column("reader, lead or admin"),
            "password_hash": Column("argon2; none where a proxy signs in"),
            "added_at": Column("when the account was added"),
        },
    ),
    "lead_sessions": Table(
        "started_at",
        {
            "digest": Column("SHA-256 of what the cookie holds; not usable as one"),
            "lead_name": Column("who signed in; the row goes when the session ends"),
            "started_at": Column("start of the absolute limit"),
            "seen_at": Column("start of the idle limit"),
        },
    ),
    "lead_actions": Table(
        "done_at",
        {
            "id": Column("our own key"),
            "done_at": Column("when it was done"),
            "lead_name": Column("who did it", "comment"),
            "action": Column("what was exported or changed"),
            "subject": Column("the week, case or account it was done to", "comment"),
        },
    ),
}
