"""First response and resolution times of closed cases.

If the case system sent no measurement, the time between two events counts, on the calendar clock.
"""

from collections import defaultdict
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

# Each list has one value per case, in the same order. Grouping in SQL would sort all cases.
_DURATIONS = """
    SELECT {lists}
    FROM (SELECT case_kind, {response_clock} AS response_clock,
                 {resolution_clock} AS resolution_clock, {response} AS response,
                 -- Resolving a case includes the customer's confirmation.
                 CASE WHEN closure_reason = 'confirmed' THEN {resolution} END AS resolution
          FROM cases WHERE {closed}) AS measured
"""
_LISTED = ("case_kind", "response_clock", "resolution_clock", "response", "resolution")


def of_cases(database: Database, closed: str, **values: object) -> tuple[Durations, int]:
    """Return the durations of the cases that meet the condition `closed`, and their number."""
    sql = _DURATIONS.format(
        lists=", ".join(f"{database.listed(column)} AS {column}" for column in _LISTED),
        response_clock=FIRST_RESPONSE.clock,
        resolution_clock=RESOLUTION.clock,
        response=FIRST_RESPONSE.seconds_in(database),
        resolution=RESOLUTION.seconds_in(database),
        closed=closed,
    )
    (row,) = database.ask(sql, **values)
    kinds, response_clocks, resolution_clocks, responses, resolutions = map(from_json, row.values())
    found: dict[Measured, list[int]] = {}
    for metric, clocks, durations in (
        ("first_response_time", response_clocks, responses),
        ("resolution_time", resolution_clocks, resolutions),
    ):
        lists: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
        for place, seconds in zip(zip(clocks, kinds, strict=True), durations, strict=True):
            if seconds is not None:
                lists[place].append(seconds)
        found |= {Measured(metric, *place): sorted(some) for place, some in lists.items()}
    return found, len(kinds)
