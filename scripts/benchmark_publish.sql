-- Closed cases of the last weeks, one in five with an answer. The ids are in random order, as those
-- of the program are.
CREATE TEMP TABLE closed AS
    WITH RECURSIVE numbers (n) AS (
        SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :cases),
    seconds AS (
        SELECT n, :start + :seconds * n / :cases AS closed, 7200 + abs(random() % 856800) AS took
        FROM numbers)
    SELECT n, lower(hex(randomblob(10))) AS id, closed,
           strftime('%Y-%m-%dT%H:%M:%SZ', closed, 'unixepoch') AS at,
           strftime('%Y-%m-%dT%H:%M:%SZ', closed - took, 'unixepoch') AS opened,
           strftime('%Y-%m-%dT%H:%M:%SZ', closed - took + abs(random() % 7200), 'unixepoch') AS reply
    FROM seconds;
INSERT INTO cases (id, source, case_id, closure_key, case_number, case_kind, closure_reason,
                   opened_at, first_response_at, closed_at, received_at, closed_week)
    SELECT id, 'benchmark', n, '1', printf('%08d', n),
           CASE abs(random() % 4) WHEN 0 THEN 'software' WHEN 1 THEN 'infrastructure'
                                  WHEN 2 THEN 'security' ELSE 'other' END,
           CASE abs(random() % 3) WHEN 0 THEN 'no_reply' ELSE 'confirmed' END,
           opened, reply, at, at, week(at) FROM closed;
INSERT INTO invitations (id, case_ref, created_at, expires_at, handed_over_at, bounced_at)
    SELECT id, id, at, strftime('%Y-%m-%dT%H:%M:%SZ', closed + 14 * 86400, 'unixepoch'), at,
           CASE WHEN n % 50 = 1 THEN at END FROM closed;
INSERT INTO answers (invitation_id, revision, ease, satisfaction, contact_welcome, wording_version,
                     language, answered_at, answered_week, flags)
    SELECT closed.id, 1, 1 + abs(random() % 5), 1 + abs(random() % 5), n % 3 = 0, 1, 'en',
           strftime('%Y-%m-%dT%H:%M:%SZ', closed + 3600 * abs(random() % 300), 'unixepoch'),
           closed_week, ''
    FROM closed JOIN cases ON cases.id = closed.id WHERE n % 5 = 0;
INSERT INTO progress (invitation_id, read_at)
    SELECT id, strftime('%Y-%m-%dT%H:%M:%SZ', closed + 3600 * (300 + abs(random() % 250)),
                        'unixepoch')
    FROM closed WHERE n % 5 = 0
