CREATE FUNCTION week_totals_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'cases' AND TG_OP = 'DELETE' THEN
        DELETE FROM week_totals WHERE week >= OLD.closed_week;
    ELSIF TG_TABLE_NAME = 'cases' THEN
        DELETE FROM week_totals WHERE week >= NEW.closed_week;
    ELSIF TG_TABLE_NAME = 'invitations' THEN
        DELETE FROM week_totals
        WHERE week >= (SELECT closed_week FROM cases WHERE id = NEW.case_ref);
    ELSE
        DELETE FROM week_totals WHERE week >= (
            SELECT closed_week FROM cases JOIN invitations ON case_ref = cases.id
            WHERE invitations.id = NEW.invitation_id);
    END IF;
    RETURN NULL;
END
$$

CREATE TRIGGER week_totals_case AFTER INSERT OR DELETE OR
UPDATE OF opened_at, first_response_at, first_response_seconds, duration_clock ON cases
FOR EACH ROW EXECUTE FUNCTION week_totals_changed()

CREATE TRIGGER week_totals_invitation AFTER UPDATE OF
withheld_because, handed_over_at, bounced_at, superseded_at, expires_at ON invitations
FOR EACH ROW EXECUTE FUNCTION week_totals_changed()

CREATE TRIGGER week_totals_annulment AFTER INSERT OR UPDATE ON annulments
FOR EACH ROW EXECUTE FUNCTION week_totals_changed()
