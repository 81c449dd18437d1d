CREATE TABLE opt_outs (
    contact_digest TEXT NOT NULL PRIMARY KEY,
    since TEXT NOT NULL
);

CREATE TABLE progress (
    invitation_id TEXT NOT NULL PRIMARY KEY REFERENCES invitations (id),
    read_at TEXT,
    discussed_at TEXT,
    discussed_week TEXT,
    handled_at TEXT
);
