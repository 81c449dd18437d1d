-- The words of the questions per wording version: SHA-256 of every question and point in a language.
CREATE TABLE wordings (
    version INTEGER NOT NULL,
    language TEXT NOT NULL,
    digest TEXT NOT NULL,
    first_used_at TEXT NOT NULL,
    PRIMARY KEY (version, language)
);
