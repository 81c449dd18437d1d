CREATE INDEX outbox_by_recipient ON outbox (lower(recipient));
