CREATE TABLE week_totals (
    -- Counts of weeks that are over and whose survey links have expired. A change of a case deletes
    -- the rows of its week and of all later ones. The counts are NULL while the worker calculates.
    week TEXT NOT NULL PRIMARY KEY,
    rule TEXT NOT NULL,
    calculated_at TEXT NOT NULL,
    answers INTEGER,
    read_in_time INTEGER,
    reached INTEGER,
    answered INTEGER,
    measured INTEGER,
    in_target INTEGER
);
