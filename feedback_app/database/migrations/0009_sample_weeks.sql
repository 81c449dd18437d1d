CREATE TABLE sample_weeks (week TEXT NOT NULL PRIMARY KEY);

INSERT INTO sample_weeks (week)
    SELECT DISTINCT answered_week FROM cases
    JOIN invitations ON invitations.case_ref = cases.id
    JOIN answers ON answers.invitation_id = invitations.id
    WHERE source = 'sample' AND revision = 1;
