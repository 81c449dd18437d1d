CREATE FUNCTION invitation_cohort() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.cohort_week := (SELECT closed_week FROM cases WHERE id = NEW.case_ref);
    RETURN NEW;
END
$$

CREATE FUNCTION answer_cohort() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.cohort_week := (SELECT cohort_week FROM invitations WHERE id = NEW.invitation_id);
    RETURN NEW;
END
$$

CREATE TRIGGER invitations_cohort BEFORE INSERT ON invitations FOR EACH ROW
WHEN (NEW.cohort_week IS NULL) EXECUTE FUNCTION invitation_cohort()

CREATE TRIGGER answers_cohort BEFORE INSERT ON answers FOR EACH ROW
WHEN (NEW.cohort_week IS NULL) EXECUTE FUNCTION answer_cohort()

CREATE FUNCTION case_cohort() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE answers SET cohort_week = NEW.closed_week
    WHERE invitation_id = (SELECT id FROM invitations WHERE case_ref = NEW.id);
    UPDATE invitations SET cohort_week = NEW.closed_week WHERE case_ref = NEW.id;
    RETURN NULL;
END
$$

CREATE TRIGGER cases_cohort AFTER UPDATE OF closed_week ON cases FOR EACH ROW
WHEN (NEW.closed_week <> OLD.closed_week) EXECUTE FUNCTION case_cohort()
