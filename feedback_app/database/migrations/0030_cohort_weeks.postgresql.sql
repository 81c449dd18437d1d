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
