CREATE TABLE delivery_log (
    -- What became of deliveries, without personal data.
    day TEXT NOT NULL,
    -- "" for names that are not presets, so that strangers cannot add rows.
    preset TEXT NOT NULL,
    outcome TEXT NOT NULL,
    deliveries INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    -- A JSON list of the last payloads without their values.
    samples TEXT NOT NULL,
    PRIMARY KEY (day, preset, outcome)
);
