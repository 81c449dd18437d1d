CREATE TABLE contact_digests (
    invitation_id TEXT NOT NULL PRIMARY KEY REFERENCES invitations (id),
    key_id TEXT NOT NULL,
    contact_digest TEXT NOT NULL
);
CREATE INDEX contact_digests_by_digest ON contact_digests (contact_digest);
