-- See migrate.py. Earlier programs refuse every newer version.
ALTER TABLE schema_versions ADD COLUMN oldest_program INTEGER;
UPDATE schema_versions SET oldest_program = 28 WHERE version = 28;
