ALTER TABLE answers ADD COLUMN searchable_comment TEXT;
