CREATE TRIGGER invitations_cohort AFTER INSERT ON invitations
WHEN NEW.cohort_week IS NULL BEGIN
    UPDATE invitations SET cohort_week = (SELECT closed_week FROM cases WHERE id = NEW.case_ref)
    WHERE rowid = NEW.rowid;
END

CREATE TRIGGER answers_cohort AFTER INSERT ON answers
WHEN NEW.cohort_week IS NULL BEGIN
    UPDATE answers SET cohort_week =
        (SELECT cohort_week FROM invitations WHERE id = NEW.invitation_id)
    WHERE rowid = NEW.rowid;
END

CREATE TRIGGER cases_cohort AFTER UPDATE OF closed_week ON cases
WHEN NEW.closed_week <> OLD.closed_week BEGIN
    UPDATE answers SET cohort_week = NEW.closed_week
    WHERE invitation_id = (SELECT id FROM invitations WHERE case_ref = NEW.id);
    UPDATE invitations SET cohort_week = NEW.closed_week WHERE case_ref = NEW.id;
END
