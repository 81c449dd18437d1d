-- The week whose answers a lead marked as read last, and when.
ALTER TABLE leads ADD COLUMN reading_week TEXT;
ALTER TABLE leads ADD COLUMN reading_at TEXT;
