CREATE INDEX cases_by_source ON cases (source, received_at);
DROP INDEX cases_by_arrival;
