-- The week in which the case was closed, so that figures need not look up every case. Programs of
-- an earlier version do not set it, so triggers of each engine do.
ALTER TABLE invitations ADD COLUMN cohort_week TEXT;
ALTER TABLE answers ADD COLUMN cohort_week TEXT;
UPDATE invitations SET cohort_week = (SELECT closed_week FROM cases WHERE id = case_ref);
UPDATE answers SET cohort_week =
    (SELECT cohort_week FROM invitations WHERE id = answers.invitation_id);
CREATE INDEX invitations_by_week ON invitations (cohort_week);
CREATE INDEX answers_by_cohort ON answers (cohort_week);
