"""First response and resolution times of closed cases.

If the case system sent no measurement, the time between two events counts, on the calendar clock.
"""

from feedback_app.database.contract import Database
from feedback_app.records import Durations, Measured

_CLOCK = """CASE WHEN {own} IS NULL THEN 'calendar'
                 ELSE coalesce(nullif(duration_clock, ''), 'unnamed') END"""
_SECONDS = "CASE WHEN {own} IS NOT NULL THEN {own} WHEN {end} >= opened_at THEN {calendar} END"
_DURATIONS = """
    SELECT case_kind, response_clock, resolution_clock, {responses} AS responses,
           {resolutions} AS resolutions,
           count(*) AS cases
    FROM (SELECT case_kind, {response_clock} AS response_clock,
                 {resolution_clock} AS resolution_clock, {response} AS response,
                 -- Resolving a case includes the customer's confirmation.
                 CASE WHEN closure_reason = 'confirmed' THEN {resolution} END AS resolution
          FROM cases WHERE {closed}) AS measured
    GROUP BY case_kind, response_clock, resolution_clock
"""


def of_cases(database: Database, closed: str, **values: object) -> tuple[Durations, int]:
    """Return the durations of the cases that meet the condition `closed`, and their number."""

    def seconds(own: str, end: str) -> str:
        calendar = database.seconds("opened_at", end)
        return _SECONDS.format(own=own, end=end, calendar=calendar)

    sql = _DURATIONS.format(
        responses=database.joined("response"),
        resolutions=database.joined("resolution"),
        response_clock=_CLOCK.format(own="first_response_seconds"),
        resolution_clock=_CLOCK.format(own="resolution_seconds"),
        response=seconds("first_response_seconds", "first_response_at"),
        resolution=seconds("resolution_seconds", "closed_at"),
        closed=closed,
    )
    found: dict[Measured, list[int]] = {}
    cases = 0
    for row in database.stream(sql, **values):
        cases += row["cases"]
        for metric, name in (
            ("first_response_time", "response"),
            ("resolution_time", "resolution"),
        ):
            if joined := row[f"{name}s"]:
                key = Measured(metric, row[f"{name}_clock"], row["case_kind"])
                found.setdefault(key, []).extend(map(int, joined.split()))
    for some in found.values():
        some.sort()
    return found, cases
