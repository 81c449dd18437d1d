CREATE TABLE import_runs (
    id TEXT NOT NULL PRIMARY KEY,
    started_at TEXT NOT NULL
);

CREATE TABLE imported_cases (
    case_ref TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    run TEXT NOT NULL REFERENCES import_runs (id)
);
CREATE INDEX imported_cases_by_run ON imported_cases (run);
