ALTER TABLE lead_actions RENAME TO endless_lead_actions;

CREATE TABLE lead_actions (
    id TEXT NOT NULL PRIMARY KEY,
    done_at TEXT NOT NULL,
    lead_name TEXT,
    action TEXT NOT NULL,
    subject TEXT
);

INSERT INTO lead_actions (id, done_at, lead_name, action, subject)
    SELECT id, done_at, lead_name, action, subject FROM endless_lead_actions;

DROP TABLE endless_lead_actions;
CREATE INDEX lead_actions_by_time ON lead_actions (done_at);
