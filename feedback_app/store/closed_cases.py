"""The cases closed in a week: how many are in each state of the survey, and their durations."""

from datetime import datetime

from feedback_app.database.contract import Database
from feedback_app.records import SAMPLE_SOURCE, ClosedCount, ClosedWeek
from feedback_app.store import durations
from feedback_app.store.annulments import ANNULMENT

# The states are those of `Invitation.state`.
_COUNTS = f"""
    SELECT case_kind, closure_reason, state, withheld_because, handed_over, count(*) AS cases,
           max(expires_at) AS expires_at, count(reminded_at) AS reminded,
           count(CASE WHEN answered_at >= reminded_at THEN 1 END) AS answered_after_reminder,
           count(CASE WHEN source = :sample_source THEN 1 END) AS of_sample
    FROM (SELECT case_kind, closure_reason, source, withheld_because, expires_at, reminded_at,
                 answered_at, CASE WHEN handed_over_at IS NULL THEN 0 ELSE 1 END AS handed_over,
                 CASE WHEN answered_at IS NOT NULL THEN 'answered'
                      WHEN bounced_at IS NOT NULL THEN 'bounced'
                      WHEN superseded_at IS NOT NULL
                        OR withheld_because IS NOT NULL AND handed_over_at IS NULL THEN 'withheld'
                      WHEN expires_at <= :as_of THEN 'expired'
                      WHEN handed_over_at IS NOT NULL THEN 'handed_over'
                      ELSE 'waiting' END AS state
          FROM cases
          JOIN invitations ON invitations.case_ref = cases.id
          LEFT JOIN answers ON answers.invitation_id = invitations.id AND answers.revision = 1
               AND NOT EXISTS {ANNULMENT.format(answer="answers")}
          WHERE closed_week = :week) AS closed
    GROUP BY case_kind, closure_reason, state, withheld_because, handed_over
"""


def of_week(database: Database, week: str, now: datetime) -> ClosedWeek:
    """Return the cases closed in `week` as stored at `now`."""
    values = {"week": week, "as_of": now, "sample_source": SAMPLE_SOURCE}
    counts = database.records(ClosedCount, _COUNTS, **values)
    measured, _ = durations.of_cases(database, "closed_week = :week", week=week)
    return ClosedWeek(counts, measured)
