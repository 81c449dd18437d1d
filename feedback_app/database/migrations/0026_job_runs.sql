CREATE TABLE job_runs (
    job TEXT NOT NULL PRIMARY KEY,
    finished_at TEXT NOT NULL
);

CREATE INDEX outbox_by_sending ON outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX outbox_by_failure ON outbox (refused_at) WHERE refused_at IS NOT NULL;
