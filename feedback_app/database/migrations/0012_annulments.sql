CREATE TABLE annulments (
    invitation_id TEXT NOT NULL REFERENCES invitations (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    annulled_at TEXT NOT NULL,
    restored_at TEXT,
    PRIMARY KEY (invitation_id, number)
);
