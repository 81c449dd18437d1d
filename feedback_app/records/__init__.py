"""The data classes of the program: values, and behaviour that only depends on them.

cases    closed cases and the table of their fields
survey   invitations, answers, outbox messages, API keys
review   leads, notes, follow-ups, meetings
"""

from feedback_app.records.cases import (
    CASE_FIELDS,
    EXPORTED_CASE_FIELDS,
    REQUIRED_CASE_FIELDS,
    AnsweredCase,
    Became,
    CaseDetails,
    CaseField,
    ClosedCase,
    CohortCase,
    DurationClock,
    FieldKind,
    MeasuredCase,
)
from feedback_app.records.review import (
    FOLLOW_UP_OUTCOMES,
    ROLES,
    Action,
    AnswerStatus,
    Decision,
    FollowUp,
    FollowUpOutcome,
    Lead,
    Meeting,
    Note,
    Role,
    ScoreCount,
    account_name,
)
from feedback_app.records.survey import (
    SAMPLE_SOURCE,
    Answer,
    Closing,
    Invitation,
    InvitationState,
    OutboxMessage,
    Progress,
    SenderKey,
    WithheldBecause,
)

__all__ = [
    "CASE_FIELDS",
    "EXPORTED_CASE_FIELDS",
    "FOLLOW_UP_OUTCOMES",
    "REQUIRED_CASE_FIELDS",
    "ROLES",
    "SAMPLE_SOURCE",
    "Action",
    "Answer",
    "AnsweredCase",
    "Became",
    "CaseDetails",
    "CaseField",
    "ClosedCase",
    "Closing",
    "CohortCase",
    "Decision",
    "DurationClock",
    "FieldKind",
    "FollowUp",
    "AnswerStatus",
    "Invitation",
    "InvitationState",
    "Lead",
    "MeasuredCase",
    "Meeting",
    "Note",
    "FollowUpOutcome",
    "OutboxMessage",
    "Progress",
    "Role",
    "ScoreCount",
    "SenderKey",
    "WithheldBecause",
    "account_name",
]
