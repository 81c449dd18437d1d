-- The rows of a week, with the numbers :first to :last. A case in 5 has an answer, an answer in 2 a
-- comment.
INSERT INTO cases (id, source, case_id, closure_key, case_number, case_kind, closure_reason,
                   customer, contact_email, opened_at, closed_at, closed_week, received_at)
    WITH RECURSIVE numbers (n) AS (
        SELECT CAST(:first AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
    SELECT 'case-' || n, 'benchmark', 'case-' || n, '1', '0' || n, 'software', 'confirmed',
           CASE WHEN :contact = 1 THEN 'Customer ' || (n % 5000) END,
           CASE WHEN :contact = 1
                THEN 'person' || (n % 90000) || '@customer' || (n % 5000) || '.example' END,
           :at, :at, :week, :at FROM numbers;
INSERT INTO invitations (id, case_ref, created_at, expires_at, handed_over_at)
    WITH RECURSIVE numbers (n) AS (
        SELECT CAST(:first AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
    SELECT 'invitation-' || n, 'case-' || n, :at, :at, :at FROM numbers;
INSERT INTO answers (invitation_id, revision, ease, satisfaction, comment, contact_welcome,
                     wording_version, language, answered_at, answered_week, flags)
    WITH RECURSIVE numbers (n) AS (
        SELECT CAST(:first AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
    SELECT 'invitation-' || n, 1, n % 5 + 1, n % 3 + 2,
           CASE WHEN n % 10 = 0 THEN 'The answer came fast, and it explained what went wrong.'
                ELSE '' END, 0, 1, 'en', :at, :week, '' FROM numbers WHERE n % 5 = 0;
INSERT INTO outbox (id, kind, invitation_id, recipient, created_at, due_at, sent_at)
    WITH RECURSIVE numbers (n) AS (
        SELECT CAST(:first AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
    SELECT 'message-' || n, 'closure', 'invitation-' || n,
           'person' || (n % 90000) || '@customer' || (n % 5000) || '.example', :at, :at, :at
    FROM numbers WHERE :email = 1
