"""By which day somebody should have got in touch."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_SATURDAY = 5


def due_on(now: datetime, working_days: int, zone: ZoneInfo) -> date:
    """Return the day so many working days after `now` where the team works.

    Monday to Friday are working days; public holidays are not known here.
    """
    day = now.astimezone(zone).date()
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < _SATURDAY
    return day
