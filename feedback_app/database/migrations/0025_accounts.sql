ALTER TABLE leads ADD COLUMN email TEXT;
ALTER TABLE leads ADD COLUMN signed_in_at TEXT;
ALTER TABLE leads ADD COLUMN link_digest TEXT;
ALTER TABLE leads ADD COLUMN link_expires_at TEXT;
ALTER TABLE outbox ADD COLUMN lead_name TEXT;
