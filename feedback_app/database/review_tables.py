"""The tables of the weekly review, as steps of the migrations."""

_TABLES = (
    """CREATE TABLE open_answers (
        invitation_id TEXT NOT NULL PRIMARY KEY REFERENCES invitations (id),
        answered_week TEXT NOT NULL,
        unread_revision INTEGER
    )""",
    """CREATE TABLE week_scores (
        week TEXT NOT NULL,
        wording_version INTEGER NOT NULL,
        ease INTEGER NOT NULL,
        satisfaction INTEGER NOT NULL,
        answers INTEGER NOT NULL,
        PRIMARY KEY (week, wording_version, ease, satisfaction)
    )""",
    """CREATE TABLE notes (
        id TEXT NOT NULL PRIMARY KEY,
        invitation_id TEXT NOT NULL REFERENCES invitations (id),
        text TEXT,
        written_at TEXT NOT NULL
    )""",
    """CREATE TABLE follow_ups (
        invitation_id TEXT NOT NULL PRIMARY KEY REFERENCES invitations (id),
        opened_at TEXT NOT NULL,
        due_on TEXT NOT NULL,
        closed_at TEXT,
        outcome TEXT,
        remark TEXT
    )""",
    """CREATE TABLE meetings (
        week TEXT NOT NULL PRIMARY KEY,
        ended_at TEXT NOT NULL
    )""",
    """CREATE TABLE decisions (
        id TEXT NOT NULL PRIMARY KEY,
        week TEXT NOT NULL,
        invitation_id TEXT REFERENCES invitations (id),
        text TEXT,
        written_at TEXT NOT NULL
    )""",
    """CREATE TABLE digests (
        week TEXT NOT NULL PRIMARY KEY,
        written_at TEXT NOT NULL
    )""",
    """CREATE TABLE leads (
        name TEXT NOT NULL PRIMARY KEY,
        role TEXT NOT NULL CHECK (role IN ('reader', 'lead', 'admin')),
        password_hash TEXT,
        added_at TEXT NOT NULL
    )""",
    """CREATE TABLE lead_sessions (
        digest TEXT NOT NULL PRIMARY KEY,
        lead_name TEXT NOT NULL REFERENCES leads (name) ON DELETE CASCADE,
        started_at TEXT NOT NULL,
        seen_at TEXT NOT NULL
    )""",
    """CREATE TABLE lead_actions (
        id TEXT NOT NULL PRIMARY KEY,
        done_at TEXT NOT NULL,
        lead_name TEXT,
        action TEXT NOT NULL,
        subject TEXT NOT NULL
    )""",
)
_INDEXES = (
    "CREATE INDEX open_answers_by_week ON open_answers (answered_week)",
    """CREATE INDEX unread_answers ON open_answers (answered_week)
       WHERE unread_revision IS NOT NULL""",
    "CREATE INDEX notes_by_answer ON notes (invitation_id)",
    "CREATE INDEX follow_ups_open ON follow_ups (due_on) WHERE closed_at IS NULL",
    "CREATE INDEX follow_ups_closed ON follow_ups (closed_at)",
    "CREATE INDEX decisions_by_week ON decisions (week)",
    "CREATE INDEX decisions_by_answer ON decisions (invitation_id)",
    "CREATE INDEX lead_sessions_by_lead ON lead_sessions (lead_name)",
    "CREATE INDEX lead_actions_by_time ON lead_actions (done_at)",
)
_NEWEST = """FROM answers AS newest
    LEFT JOIN progress ON progress.invitation_id = newest.invitation_id
    WHERE NOT EXISTS (SELECT 1 FROM answers AS later
                      WHERE later.invitation_id = newest.invitation_id
                        AND later.revision > newest.revision)"""
_WHAT_IS_THERE = (
    f"""INSERT INTO open_answers (invitation_id, answered_week, unread_revision)
        SELECT newest.invitation_id, answered_week,
               CASE WHEN progress.read_at IS NULL THEN revision END
        {_NEWEST} AND progress.discussed_at IS NULL""",
    f"""INSERT INTO week_scores (week, wording_version, ease, satisfaction, answers)
        SELECT answered_week, wording_version, ease, satisfaction, count(*)
        {_NEWEST} GROUP BY answered_week, wording_version, ease, satisfaction""",
)
REVIEW = (*_TABLES, *_INDEXES, *_WHAT_IS_THERE)
MEETINGS_AND_ALERTS = (
    "CREATE INDEX progress_by_meeting ON progress (discussed_week)",
    """CREATE INDEX outbox_alerts ON outbox (due_at)
       WHERE kind = 'alert' AND sent_at IS NULL AND refused_at IS NULL""",
)
FOLLOW_UPS_AGAIN = (
    "ALTER TABLE follow_ups RENAME TO only_follow_ups",
    """CREATE TABLE follow_ups (
        invitation_id TEXT NOT NULL REFERENCES invitations (id),
        number INTEGER NOT NULL CHECK (number >= 1),
        opened_at TEXT NOT NULL,
        due_on TEXT NOT NULL,
        closed_at TEXT,
        outcome TEXT,
        remark TEXT,
        PRIMARY KEY (invitation_id, number)
    )""",
    """INSERT INTO follow_ups
           (invitation_id, number, opened_at, due_on, closed_at, outcome, remark)
       SELECT invitation_id, 1, opened_at, due_on, closed_at, outcome, remark
       FROM only_follow_ups""",
    "DROP TABLE only_follow_ups",
    "CREATE INDEX follow_ups_open ON follow_ups (due_on) WHERE closed_at IS NULL",
    "CREATE INDEX follow_ups_closed ON follow_ups (closed_at)",
)
RECORD_ENDS = (
    "ALTER TABLE lead_actions RENAME TO endless_lead_actions",
    """CREATE TABLE lead_actions (
        id TEXT NOT NULL PRIMARY KEY,
        done_at TEXT NOT NULL,
        lead_name TEXT,
        action TEXT NOT NULL,
        subject TEXT
    )""",
    """INSERT INTO lead_actions (id, done_at, lead_name, action, subject)
       SELECT id, done_at, lead_name, action, subject FROM endless_lead_actions""",
    "DROP TABLE endless_lead_actions",
    "CREATE INDEX lead_actions_by_time ON lead_actions (done_at)",
)
SAMPLE_WEEKS = (
    "CREATE TABLE sample_weeks (week TEXT NOT NULL PRIMARY KEY)",
    """INSERT INTO sample_weeks (week)
       SELECT DISTINCT answered_week FROM cases
       JOIN invitations ON invitations.case_ref = cases.id
       JOIN answers ON answers.invitation_id = invitations.id
       WHERE source = 'sample' AND revision = 1""",
)
