CREATE INDEX cases_by_arrival ON cases (received_at, source);

CREATE TABLE silences (
    source TEXT NOT NULL,
    -- When the last case arrived before the silence.
    since TEXT NOT NULL,
    announced_at TEXT NOT NULL,
    -- When a lead said that the silence is expected.
    expected_at TEXT,
    ended_at TEXT,
    PRIMARY KEY (source, since)
);
