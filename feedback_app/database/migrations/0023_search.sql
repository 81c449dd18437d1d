ALTER TABLE answers DROP COLUMN searchable_comment;
CREATE INDEX cases_by_customer ON cases (customer, closed_at) WHERE customer IS NOT NULL;
