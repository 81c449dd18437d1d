"""Due dates in working days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_SATURDAY = 5


def due_on(now: datetime, working_days: int, zone: ZoneInfo) -> date:
    """Return the date `working_days` working days after `now` in the team's time zone.

    Monday to Friday are working days, including public holidays.
    """
    day = now.astimezone(zone).date()
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < _SATURDAY
    return day
