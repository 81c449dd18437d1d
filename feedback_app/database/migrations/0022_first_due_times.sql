-- When a message that failed was first due: its date, which stays the same in every attempt.
ALTER TABLE outbox ADD COLUMN first_due_at TEXT;
