CREATE TABLE reopenings (
    -- The newest one of each case, also if its closing arrives later.
    source TEXT NOT NULL,
    case_id TEXT NOT NULL,
    reopened_at TEXT NOT NULL,
    PRIMARY KEY (source, case_id)
);

-- The latest time that was reported for the same closing, if it is later than closed_at.
ALTER TABLE cases ADD COLUMN closed_again_at TEXT;
-- Erased on request: later deliveries do not fill in personal data again.
ALTER TABLE cases ADD COLUMN erased_at TEXT;
