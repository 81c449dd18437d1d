CREATE INDEX progress_by_meeting ON progress (discussed_week);

CREATE INDEX outbox_alerts ON outbox (due_at)
    WHERE kind = 'alert' AND sent_at IS NULL AND refused_at IS NULL;
