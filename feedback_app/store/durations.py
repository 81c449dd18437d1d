"""First response and resolution times of closed cases.

If the case system sent no measurement, the time between two events counts, on the calendar clock.
"""

from typing import NamedTuple

from pydantic_core import from_json

from feedback_app.database.contract import Database
from feedback_app.records import Durations, Measured


class Duration(NamedTuple):
    """A duration of cases: the column with the case system's measurement, and that of its end."""

    own: str
    end: str

    @property
    def clock(self) -> str:
        """Return SQL for the name of the clock on which it was measured."""
        return f"""CASE WHEN {self.own} IS NULL THEN 'calendar'
                        ELSE coalesce(nullif(duration_clock, ''), 'unnamed') END"""

    def seconds(self, calendar: str) -> str:
        """Return SQL for its seconds, or NULL; `calendar` is that for the time between events."""
        return f"""CASE WHEN {self.own} IS NOT NULL THEN {self.own}
                        WHEN {self.end} >= opened_at THEN {calendar} END"""

    def seconds_in(self, database: Database) -> str:
        """Return SQL of `database` for its seconds, or NULL."""
        return self.seconds(database.seconds("opened_at", self.end))


FIRST_RESPONSE = Duration("first_response_seconds", "first_response_at")
RESOLUTION = Duration("resolution_seconds", "closed_at")

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
    sql = _DURATIONS.format(
        responses=database.joined("response"),
        resolutions=database.joined("resolution"),
        response_clock=FIRST_RESPONSE.clock,
        resolution_clock=RESOLUTION.clock,
        response=FIRST_RESPONSE.seconds_in(database),
        resolution=RESOLUTION.seconds_in(database),
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
                # Reading them as JSON takes a third of the time of int().
                found.setdefault(key, []).extend(from_json(f"[{joined}]"))
    for some in found.values():
        some.sort()
    return found, cases
