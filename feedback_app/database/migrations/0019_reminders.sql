-- When the only reminder of the survey was sent.
ALTER TABLE invitations ADD COLUMN reminded_at TEXT;
