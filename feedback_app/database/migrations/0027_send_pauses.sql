CREATE TABLE send_pauses (
    -- The domain whose server asks us to slow down, or '' for all emails.
    domain TEXT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    failures INTEGER NOT NULL,
    announced_at TEXT
);

DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE sent_at IS NULL AND refused_at IS NULL;
DROP INDEX outbox_alerts;
CREATE INDEX outbox_alerts ON outbox (due_at, id)
    WHERE kind = 'alert' AND sent_at IS NULL AND refused_at IS NULL;
