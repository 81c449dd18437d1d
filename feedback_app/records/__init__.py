"""The data classes of the program: values, and behaviour that only depends on them.

cases    closed cases and the table of their fields
closed   what the database counts of closed cases
survey   invitations, answers, outbox messages, API keys
review   leads, notes, follow-ups, meetings
"""

from feedback_app.records.cases import (
    CASE_FIELDS,
    COMPLETED_FIELDS,
    EXPORTED_CASE_FIELDS,
    REQUIRED_CASE_FIELDS,
    AnsweredCase,
    CaseDetails,
    CaseField,
    ClosedCase,
    DurationClock,
    FieldKind,
    MeasuredCase,
    Reopening,
    SeenClosing,
)
from feedback_app.records.closed import (
    AnswerCount,
    Became,
    ClosedCount,
    ClosedWeek,
    CohortCounts,
    CohortWeeks,
    Contact,
    Durations,
    Measured,
)
from feedback_app.records.review import (
    CARE_REASONS,
    FOLLOW_UP_OUTCOMES,
    ROLES,
    Action,
    AnswerStatus,
    ClosedBecause,
    Decision,
    FollowUp,
    FollowUpOutcome,
    Lead,
    Meeting,
    MeetingItem,
    Note,
    Role,
    ScoreCount,
    WeekTotals,
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
