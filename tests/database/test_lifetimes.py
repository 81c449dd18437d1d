"""Every column of the schema is classified: personal data with a purpose, or harmless."""

from feedback_app.database.contract import Database
from feedback_app.database.lifetimes import PERSONAL_DATA
from feedback_app.records import CASE_FIELDS
from support_facts import load_facts
from tests.support.some import some

CASE_COLUMNS = " ".join(name for name, field in CASE_FIELDS.items() if not field.lifetime)
# Columns without personal data; they are kept as long as their row.
HARMLESS = {
    "schema_versions": "version applied_at oldest_program",
    "cases": f"id closed_week received_at closed_again_at erased_at {CASE_COLUMNS}",
    "invitations": "id case_ref created_at expires_at withheld_because handed_over_at bounced_at"
    " superseded_at reminded_at cohort_week",
    "answers": "invitation_id revision ease satisfaction contact_welcome wording_version language"
    " answered_at answered_week flags cohort_week",
    "contests": "invitation_id revision since times",
    "outbox": "id kind invitation_id week created_at due_at first_due_at claimed_until attempts"
    " sent_at refused_at",
    "opt_outs": "since",
    "opt_out_keys": "key created_at",
    "progress": "invitation_id read_at discussed_at discussed_week handled_at",
    "sender_keys": "id source key_digest created_at revoked_at",
    "reopenings": "source case_id reopened_at",
    "deliveries": "source delivery_digest case_ref received_at",
    "contact_digests": "invitation_id key_id",
    "delivery_log": "day preset outcome deliveries last_at samples",
    "silences": "source since announced_at expected_at ended_at",
    "rejected_files": "written_at",
    "send_pauses": "reason since until failures announced_at",
    "open_answers": "invitation_id answered_week unread_revision",
    "week_scores": "week wording_version ease satisfaction answers",
    "sample_weeks": "week",
    "wordings": "version language digest first_used_at",
    "import_runs": "id started_at",
    "imported_cases": "case_ref run",
    "answer_marks": "invitation_id answered_week themes care",
    "annulments": "invitation_id number annulled_at restored_at",
    "renewals": "invitation_id number renewed_at asked_by bounced_at",
    "notes": "id invitation_id written_at",
    "follow_ups": "invitation_id number opened_at due_on closed_at outcome",
    "meetings": "week ended_at",
    "decisions": "id week invitation_id written_at due_on done_at",
    "meeting_items": "week invitation_id chosen written_at",
    "digests": "week written_at",
    "job_runs": "job finished_at",
    "week_totals": "week rule calculated_at answers read_in_time reached answered measured"
    " in_target",
    "search_texts": "id kind",
    "search_changes": "number kind",
    "leads": "role added_at reading_week reading_at link_expires_at",
    "lead_sessions": "digest started_at seen_at",
    "lead_actions": "id done_at action",
}


def test_every_column_is_either_harmless_or_personal_data(database: Database) -> None:
    harmless = {table: set(names.split()) for table, names in HARMLESS.items()}
    personal = {table: set(found.columns) for table, found in PERSONAL_DATA.items()}
    assert not [table for table in personal if personal[table] & harmless[table]]
    classified = {table: names | personal.get(table, set()) for table, names in harmless.items()}
    assert database.columns() == classified


def test_personal_data_has_a_purpose_and_a_known_lifetime(database: Database) -> None:
    columns = database.columns()
    periods = {period.key for period in load_facts().retention}
    for name, table in some(PERSONAL_DATA.items()):
        lifetimes = {column.lifetime for column in table.columns.values()}
        assert lifetimes <= {None, *periods}
        assert all(column.purpose for column in some(table.columns.values()))
        assert table.starts in columns[name] if lifetimes != {None} else table.starts is None
