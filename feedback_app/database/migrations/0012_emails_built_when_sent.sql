ALTER TABLE outbox DROP COLUMN message;
ALTER TABLE outbox ADD COLUMN week TEXT;

CREATE TABLE opt_out_keys (
    key TEXT NOT NULL PRIMARY KEY,
    created_at TEXT NOT NULL
);
