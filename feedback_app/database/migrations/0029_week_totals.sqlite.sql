CREATE TRIGGER week_totals_case_insert AFTER INSERT ON cases BEGIN
    DELETE FROM week_totals WHERE week >= NEW.closed_week;
END

CREATE TRIGGER week_totals_case_update
AFTER UPDATE OF opened_at, first_response_at, first_response_seconds, duration_clock ON cases BEGIN
    DELETE FROM week_totals WHERE week >= NEW.closed_week;
END

CREATE TRIGGER week_totals_case_delete AFTER DELETE ON cases BEGIN
    DELETE FROM week_totals WHERE week >= OLD.closed_week;
END

CREATE TRIGGER week_totals_invitation AFTER UPDATE OF
withheld_because, handed_over_at, bounced_at, superseded_at, expires_at ON invitations BEGIN
    DELETE FROM week_totals WHERE week >= (SELECT closed_week FROM cases WHERE id = NEW.case_ref);
END

CREATE TRIGGER week_totals_annul AFTER INSERT ON annulments BEGIN
    DELETE FROM week_totals WHERE week >= (
        SELECT closed_week FROM cases JOIN invitations ON case_ref = cases.id
        WHERE invitations.id = NEW.invitation_id);
END

CREATE TRIGGER week_totals_restore AFTER UPDATE ON annulments BEGIN
    DELETE FROM week_totals WHERE week >= (
        SELECT closed_week FROM cases JOIN invitations ON case_ref = cases.id
        WHERE invitations.id = NEW.invitation_id);
END
