ALTER TABLE decisions ADD COLUMN owner TEXT;
ALTER TABLE decisions ADD COLUMN due_on TEXT;
ALTER TABLE decisions ADD COLUMN done_at TEXT;
CREATE INDEX decisions_open ON decisions (due_on) WHERE done_at IS NULL;

ALTER TABLE follow_ups ADD COLUMN owner TEXT;

CREATE TABLE meeting_items (
    week TEXT NOT NULL,
    -- "" is the meeting in general.
    invitation_id TEXT NOT NULL,
    -- 1 on the agenda, 0 left off, NULL as long as no saved agenda listed the answer.
    chosen INTEGER,
    text TEXT,
    written_at TEXT NOT NULL,
    PRIMARY KEY (week, invitation_id)
);
CREATE INDEX meeting_items_by_answer ON meeting_items (invitation_id);
