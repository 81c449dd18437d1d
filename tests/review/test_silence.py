"""A source is silent if its pause is more than twice as long as all its pauses before."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.working_days import WorkingHours
from feedback_app.review.silence import DAYS_NEEDED, HISTORY, is_silent

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = WorkingHours(BERLIN, "DE-BE", 9, 17)
MONDAY = date(2026, 1, 5)


def at(day: date, hour: float) -> datetime:
    """Return a time of a day in Berlin."""
    midnight = datetime.combine(day, time(), BERLIN)
    return (midnight + timedelta(hours=hour)).astimezone(UTC)


def working_days(weeks: int) -> Iterator[date]:
    """Yield the working days of some weeks."""
    for number in range(7 * weeks):
        day = MONDAY + timedelta(days=number)
        if HOURS.between(at(day, 0), at(day, 24)):
            yield day


def hourly(weeks: int, rng: random.Random) -> list[datetime]:
    return [at(day, hour + rng.random()) for day in working_days(weeks) for hour in range(9, 17)]


def daily(weeks: int, rng: random.Random) -> list[datetime]:
    return [at(day, rng.uniform(6, 9)) for day in working_days(weeks)]


def weekly(weeks: int, rng: random.Random) -> list[datetime]:
    """A file imported every Monday, or on Tuesday or Wednesday if somebody is away."""
    days = [
        MONDAY + timedelta(weeks=week, days=rng.choice([0, 0, 0, 1, 2])) for week in range(weeks)
    ]
    return [at(day, rng.uniform(9, 12)) for day in days]


def poisson(per_day: float) -> Callable[[int, random.Random], list[datetime]]:
    """Return random arrivals in working hours, `per_day` on average."""

    def arrivals(weeks: int, rng: random.Random) -> list[datetime]:
        found, days = [], list(working_days(weeks))
        passed = rng.expovariate(per_day)
        while passed < len(days):
            found.append(at(days[int(passed)], 9 + 8 * (passed % 1)))
            passed += rng.expovariate(per_day)
        return found

    return arrivals


def false_alarms(arrivals: list[datetime]) -> int:
    """Count the pauses that raise an alarm just before they end."""
    count, unusual = 0, set()
    for place in range(1, len(arrivals)):
        last, now = arrivals[place - 1], arrivals[place]
        if HOURS.between(last, now) <= HOURS.day:
            continue
        known = [one for one in arrivals[:place] if one > now - HISTORY]
        if known and is_silent(known, now, HOURS, unusual):
            count += 1
            unusual.add(last)
    return count


@pytest.mark.parametrize("pattern", [hourly, daily, weekly])
def test_regular_arrivals_raise_no_alarm_in_three_years(pattern) -> None:
    assert false_alarms(pattern(156, random.Random(5))) == 0


# The most false alarms a year come from sources with a few cases a month, whose pauses vary most.
@pytest.mark.parametrize(
    ("per_day", "most"), [(0.1, 0.3), (0.2, 0.3), (1, 0.15), (5, 0.05), (40, 0.0)]
)
def test_random_arrivals_raise_few_false_alarms_a_year(per_day: float, most: float) -> None:
    rng, rounds, years = random.Random(7), 12 if per_day < 40 else 1, 3
    found = sum(false_alarms(poisson(per_day)(52 * years, rng)) for _ in range(rounds))
    assert found / (rounds * years) <= most


@pytest.mark.parametrize(
    ("pattern", "working_days_to_alarm"), [(hourly, 2), (daily, 3), (weekly, 15), (poisson(5), 4)]
)
def test_a_source_that_stops_raises_an_alarm_soon(pattern, working_days_to_alarm: int) -> None:
    known = pattern(26, random.Random(3))
    now = known[-1]
    while not is_silent(known, now, HOURS, ()):
        now += timedelta(hours=1)
    assert HOURS.between(known[-1], now) <= working_days_to_alarm * HOURS.day


@given(st.integers(0, 6), st.integers(0, 23))
def test_weekends_and_holidays_raise_no_alarm(days: int, hour: int) -> None:
    """After the Friday before Easter Monday 2026, the next working hours are on Tuesday."""
    known = [one for one in hourly(13, random.Random(1)) if one < at(date(2026, 4, 3), 0)]
    easter = at(date(2026, 4, 2), 17) + timedelta(days=days, hours=hour)
    alarm = is_silent(known, easter, HOURS, ())
    assert not alarm or easter >= at(date(2026, 4, 7), 16)


def test_a_new_source_is_not_watched_until_cases_came_on_several_days() -> None:
    known = daily(DAYS_NEEDED, random.Random(2))
    later = known[-1] + timedelta(weeks=8)
    assert not is_silent(known[: DAYS_NEEDED - 1], later, HOURS, ())
    assert is_silent(known[:DAYS_NEEDED], later, HOURS, ())
    many = [known[0] + timedelta(minutes=number) for number in range(500)]
    assert not is_silent(many, later, HOURS, ()), "one import is one day"
    assert not is_silent([], later, HOURS, ())


def test_a_failure_in_the_past_does_not_hide_the_next_one() -> None:
    known = daily(4, random.Random(2)), daily(26, random.Random(2))[60:]
    (before, after), now = known, known[1][-1] + timedelta(days=7)
    assert not is_silent([*before, *after], now, HOURS, ())
    assert is_silent([*before, *after], now, HOURS, {before[-1]})
