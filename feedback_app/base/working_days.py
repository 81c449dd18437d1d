"""Due dates in working days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from support_facts import is_public_holiday

_SATURDAY = 5


def due_on(now: datetime, working_days: int, zone: ZoneInfo, region: str | None) -> date:
    """Return the date `working_days` working days after `now` in the team's time zone.

    Working days are Monday to Friday except the public holidays of `region`, such as "DE-BE";
    without a region, public holidays count as working days.
    """
    day = now.astimezone(zone).date()
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < _SATURDAY and not is_public_holiday(day, region)
    return day
