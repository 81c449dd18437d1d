CREATE TABLE contests (
    invitation_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    since TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (invitation_id, revision),
    FOREIGN KEY (invitation_id, revision) REFERENCES answers (invitation_id, revision)
);
