CREATE TABLE send_pauses (
    -- The domain whose server asks us to slow down, or '' for all emails.
    domain TEXT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    failures INTEGER NOT NULL,
    announced_at TEXT
);

CREATE INDEX outbox_by_sent_at ON outbox (sent_at);
CREATE INDEX outbox_failed ON outbox (refused_at) WHERE refused_at IS NOT NULL AND attempts > 0;
