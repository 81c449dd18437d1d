"""First response and resolution times of closed cases.

If the case system sent no measurement, the time between two events counts, on the calendar clock.
"""

from feedback_app.database.contract import Database
from feedback_app.records import Durations, Measured

_MEASURED = """
    SELECT '{metric}' AS metric, case_kind,
           CASE WHEN {own} IS NULL THEN 'calendar'
                ELSE coalesce(nullif(duration_clock, ''), 'unnamed') END AS clock,
           CAST(coalesce({own}, {calendar}) AS bigint) AS seconds
    FROM cases WHERE {closed} AND ({own} IS NOT NULL OR opened_at <= {end})
"""


def of_cases(database: Database, closed: str, **values: object) -> Durations:
    """Return the durations of the cases that fulfil the condition `closed`, by metric."""

    def measured(metric: str, own: str, end: str) -> str:
        calendar = database.seconds("opened_at", end)
        return _MEASURED.format(metric=metric, own=own, end=end, calendar=calendar, closed=closed)

    first_response = measured("first_response_time", "first_response_seconds", "first_response_at")
    resolution = measured("resolution_time", "resolution_seconds", "closed_at")
    # Resolving a case includes the customer's confirmation.
    sql = f"""SELECT metric, clock, case_kind, {database.joined("seconds")} AS seconds
              FROM ({first_response} UNION ALL {resolution} AND closure_reason = 'confirmed')
                   AS measured
              GROUP BY metric, clock, case_kind"""
    return {
        Measured(row["metric"], row["clock"], row["case_kind"]): [*map(int, row["seconds"].split())]
        for row in database.stream(sql, **values)
    }
