CREATE TABLE renewals (
    invitation_id TEXT NOT NULL REFERENCES invitations (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    renewed_at TEXT NOT NULL,
    asked_by TEXT NOT NULL CHECK (asked_by IN ('customer', 'lead')),
    -- When the email before it bounced.
    bounced_at TEXT,
    PRIMARY KEY (invitation_id, number)
);
