CREATE TABLE cases (
    id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    case_id TEXT NOT NULL,
    closure_key TEXT NOT NULL,
    case_number TEXT NOT NULL,
    case_kind TEXT,
    case_url TEXT,
    customer TEXT,
    team TEXT,
    contact_email TEXT,
    language TEXT,
    closure_reason TEXT,
    opened_at TEXT,
    first_response_at TEXT,
    solution_proposed_at TEXT,
    closed_at TEXT NOT NULL,
    first_response_seconds INTEGER CHECK (first_response_seconds >= 0),
    resolution_seconds INTEGER CHECK (resolution_seconds >= 0),
    duration_clock TEXT,
    closed_week TEXT NOT NULL,
    received_at TEXT NOT NULL,
    UNIQUE (source, case_id, closure_key)
);

CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    case_ref TEXT NOT NULL UNIQUE REFERENCES cases (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    withheld_because TEXT,
    handed_over_at TEXT,
    bounced_at TEXT,
    superseded_at TEXT
);

CREATE TABLE answers (
    invitation_id TEXT NOT NULL REFERENCES invitations (id),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    ease INTEGER NOT NULL CHECK (ease BETWEEN 1 AND 5),
    satisfaction INTEGER NOT NULL CHECK (satisfaction BETWEEN 1 AND 5),
    comment TEXT,
    contact_welcome INTEGER NOT NULL CHECK (contact_welcome IN (0, 1)),
    wording_version INTEGER NOT NULL,
    language TEXT NOT NULL,
    answered_at TEXT NOT NULL,
    answered_week TEXT NOT NULL,
    flags TEXT NOT NULL,
    PRIMARY KEY (invitation_id, revision)
);

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    invitation_id TEXT REFERENCES invitations (id),
    recipient TEXT,
    message TEXT,
    created_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    claimed_until TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    sent_at TEXT,
    refused_at TEXT,
    last_error TEXT
);

CREATE TABLE rejected_files (
    path TEXT NOT NULL PRIMARY KEY,
    written_at TEXT NOT NULL
);

CREATE INDEX cases_by_week ON cases (closed_week);
CREATE INDEX cases_by_closing ON cases (source, case_id, closed_at);
CREATE INDEX cases_by_number ON cases (case_number);
CREATE INDEX cases_by_contact ON cases (lower(contact_email));
CREATE INDEX answers_by_week ON answers (answered_week);
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL AND refused_at IS NULL;
CREATE INDEX outbox_by_invitation ON outbox (invitation_id);
