ALTER TABLE follow_ups RENAME TO only_follow_ups;

CREATE TABLE follow_ups (
    invitation_id TEXT NOT NULL REFERENCES invitations (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    opened_at TEXT NOT NULL,
    due_on TEXT NOT NULL,
    closed_at TEXT,
    outcome TEXT,
    remark TEXT,
    PRIMARY KEY (invitation_id, number)
);

INSERT INTO follow_ups
        (invitation_id, number, opened_at, due_on, closed_at, outcome, remark)
    SELECT invitation_id, 1, opened_at, due_on, closed_at, outcome, remark
    FROM only_follow_ups;

DROP TABLE only_follow_ups;
CREATE INDEX follow_ups_open ON follow_ups (due_on) WHERE closed_at IS NULL;
CREATE INDEX follow_ups_closed ON follow_ups (closed_at);
