CREATE TABLE sender_keys (
    id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    key_digest TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT
);

CREATE TABLE deliveries (
    source TEXT NOT NULL,
    delivery_digest TEXT NOT NULL,
    case_ref TEXT NOT NULL REFERENCES cases (id),
    received_at TEXT NOT NULL,
    PRIMARY KEY (source, delivery_digest)
);
