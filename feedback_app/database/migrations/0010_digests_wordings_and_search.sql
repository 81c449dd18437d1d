ALTER TABLE cases DROP COLUMN solution_proposed_at;

CREATE TABLE contact_digests (
    invitation_id TEXT NOT NULL PRIMARY KEY REFERENCES invitations (id),
    key_id TEXT NOT NULL,
    contact_digest TEXT NOT NULL
);
CREATE INDEX contact_digests_by_digest ON contact_digests (contact_digest);

ALTER TABLE outbox DROP COLUMN message;
ALTER TABLE outbox ADD COLUMN week TEXT;

CREATE TABLE opt_out_keys (
    key TEXT NOT NULL PRIMARY KEY,
    created_at TEXT NOT NULL
);

CREATE TABLE wordings (
    -- A digest is the SHA-256 of every question and point in a language.
    version INTEGER NOT NULL,
    language TEXT NOT NULL,
    digest TEXT NOT NULL,
    first_used_at TEXT NOT NULL,
    PRIMARY KEY (version, language)
);

ALTER TABLE answers ADD COLUMN searchable_comment TEXT;
