"""Counts the weeks that no longer change, so that newer ones are compared quickly."""

from collections.abc import Callable
from datetime import datetime

from feedback_app.base.weeks import week_of, weeks_back
from feedback_app.program import Program
from feedback_app.store import final_weeks

# A page of the last half year compares its week with up to 12 before it.
_WEEKS = 39


def calculate(program: Program, clock: Callable[[], datetime]) -> int:
    """Store the counts of past weeks that are not stored yet; return how many were."""
    now = clock()
    # Survey links of later weeks have not expired.
    *weeks, _ = weeks_back(week_of(now - program.link_lifetime, program.zone), _WEEKS + 1)
    return final_weeks.calculate(program.database, (weeks[0], weeks[-1]), program.facts, now)
