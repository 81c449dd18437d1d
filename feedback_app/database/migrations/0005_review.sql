CREATE TABLE open_answers (
    invitation_id TEXT NOT NULL PRIMARY KEY REFERENCES invitations (id),
    answered_week TEXT NOT NULL,
    unread_revision INTEGER
);

CREATE TABLE week_scores (
    week TEXT NOT NULL,
    wording_version INTEGER NOT NULL,
    ease INTEGER NOT NULL,
    satisfaction INTEGER NOT NULL,
    answers INTEGER NOT NULL,
    PRIMARY KEY (week, wording_version, ease, satisfaction)
);

CREATE TABLE notes (
    id TEXT NOT NULL PRIMARY KEY,
    invitation_id TEXT NOT NULL REFERENCES invitations (id),
    text TEXT,
    written_at TEXT NOT NULL
);

CREATE TABLE follow_ups (
    invitation_id TEXT NOT NULL PRIMARY KEY REFERENCES invitations (id),
    opened_at TEXT NOT NULL,
    due_on TEXT NOT NULL,
    closed_at TEXT,
    outcome TEXT,
    remark TEXT
);

CREATE TABLE meetings (
    week TEXT NOT NULL PRIMARY KEY,
    ended_at TEXT NOT NULL
);

CREATE TABLE decisions (
    id TEXT NOT NULL PRIMARY KEY,
    week TEXT NOT NULL,
    invitation_id TEXT REFERENCES invitations (id),
    text TEXT,
    written_at TEXT NOT NULL
);

CREATE TABLE digests (
    week TEXT NOT NULL PRIMARY KEY,
    written_at TEXT NOT NULL
);

CREATE TABLE leads (
    name TEXT NOT NULL PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('reader', 'lead', 'admin')),
    password_hash TEXT,
    added_at TEXT NOT NULL
);

CREATE TABLE lead_sessions (
    digest TEXT NOT NULL PRIMARY KEY,
    lead_name TEXT NOT NULL REFERENCES leads (name) ON DELETE CASCADE,
    started_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
);

CREATE TABLE lead_actions (
    id TEXT NOT NULL PRIMARY KEY,
    done_at TEXT NOT NULL,
    lead_name TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
);

CREATE INDEX open_answers_by_week ON open_answers (answered_week);

CREATE INDEX unread_answers ON open_answers (answered_week)
    WHERE unread_revision IS NOT NULL;

CREATE INDEX notes_by_answer ON notes (invitation_id);
CREATE INDEX follow_ups_open ON follow_ups (due_on) WHERE closed_at IS NULL;
CREATE INDEX follow_ups_closed ON follow_ups (closed_at);
CREATE INDEX decisions_by_week ON decisions (week);
CREATE INDEX decisions_by_answer ON decisions (invitation_id);
CREATE INDEX lead_sessions_by_lead ON lead_sessions (lead_name);
CREATE INDEX lead_actions_by_time ON lead_actions (done_at);

INSERT INTO open_answers (invitation_id, answered_week, unread_revision)
    SELECT newest.invitation_id, answered_week,
           CASE WHEN progress.read_at IS NULL THEN revision END
    FROM answers AS newest
    LEFT JOIN progress ON progress.invitation_id = newest.invitation_id
    WHERE NOT EXISTS (SELECT 1 FROM answers AS later
                      WHERE later.invitation_id = newest.invitation_id
                        AND later.revision > newest.revision)
      AND progress.discussed_at IS NULL;

INSERT INTO week_scores (week, wording_version, ease, satisfaction, answers)
    SELECT answered_week, wording_version, ease, satisfaction, count(*)
    FROM answers AS newest
    WHERE NOT EXISTS (SELECT 1 FROM answers AS later
                      WHERE later.invitation_id = newest.invitation_id
                        AND later.revision > newest.revision)
    GROUP BY answered_week, wording_version, ease, satisfaction;
