ALTER TABLE cases DROP COLUMN solution_proposed_at;
