"""Due dates in working days, and times in working hours."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from support_facts import Organisation, is_public_holiday

_SATURDAY = 5


def due_on(now: datetime, working_days: int, zone: ZoneInfo, region: str | None) -> date:
    """Return the date `working_days` working days after `now` in the team's time zone.

    Working days are Monday to Friday except the public holidays of `region`, such as "DE-BE";
    without a region, public holidays count as working days.
    """
    day = now.astimezone(zone).date()
    while working_days:
        day += timedelta(days=1)
        working_days -= _is_working_day(day, region)
    return day


class WorkingHours(NamedTuple):
    """The hours from `starts` to `ends` o'clock in `zone`, on the working days of `region`."""

    zone: ZoneInfo
    region: str | None
    starts: int
    ends: int

    @classmethod
    def of(cls, team: Organisation) -> "WorkingHours":
        """Return the working hours of `[organisation]` in the facts."""
        return cls(
            ZoneInfo(team.time_zone), team.holidays, team.working_hours_from, team.working_hours_to
        )

    def after(self, moment: datetime, hours: int) -> datetime:
        """Return when `hours` working hours have passed since `moment`, in UTC.

        It is within working hours: the end of a day counts as the start of the next working day.
        Without hours, it is `moment` itself.
        """
        if not hours:
            return moment
        left, day = timedelta(hours=hours), moment.astimezone(self.zone).date()
        while True:
            start = max(moment, self._at(day, self.starts))
            end = self._at(day, self.ends)
            if start < end and _is_working_day(day, self.region):
                if start + left < end:
                    return start + left
                left -= end - start
            day += timedelta(days=1)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from `start` to `end`; zero if `end` is not later."""
        passed, day = timedelta(), start.astimezone(self.zone).date()
        while (opens := self._at(day, self.starts)) < end:
            if _is_working_day(day, self.region):
                closes = self._at(day, self.ends)
                passed += max(timedelta(), min(end, closes) - max(start, opens))
            day += timedelta(days=1)
        return passed

    @property
    def day(self) -> timedelta:
        """Return the length of a working day."""
        return timedelta(hours=self.ends - self.starts)

    def _at(self, day: date, hour: int) -> datetime:
        midnight = datetime.combine(day, time(), self.zone)
        return (midnight + timedelta(hours=hour)).astimezone(UTC)


def _is_working_day(day: date, region: str | None) -> bool:
    return day.weekday() < _SATURDAY and not is_public_holiday(day, region)
