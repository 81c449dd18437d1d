CREATE TABLE answer_marks (
    -- What leads marked: the keys of themes, separated by spaces, and why a comment needs care.
    invitation_id TEXT NOT NULL PRIMARY KEY REFERENCES invitations (id),
    answered_week TEXT NOT NULL,
    themes TEXT NOT NULL,
    care TEXT
);
CREATE INDEX answer_marks_by_week ON answer_marks (answered_week);
CREATE INDEX answers_with_care ON answer_marks (answered_week) WHERE care IS NOT NULL;
