"""Two working days are two working days, whatever the weekend."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.working_days import WorkingHours, due_on
from support_facts import is_public_holiday

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (datetime(2026, 11, 23, 9, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 11, 26, 9, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 11, 27, 9, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 11, 28, 9, tzinfo=UTC), date(2026, 12, 1)),
        # Half past eleven at night in UTC is the next day where the team works.
        (datetime(2026, 11, 26, 23, 30, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_weekends_do_not_count(moment: datetime, due: date) -> None:
    assert due_on(moment, 2, BERLIN, None) == due


def test_public_holidays_of_the_region_do_not_count() -> None:
    christmas_eve = datetime(2026, 12, 24, 9, tzinfo=UTC)
    assert due_on(christmas_eve, 2, BERLIN, "DE-BE") == date(2026, 12, 29)
    assert due_on(christmas_eve, 2, BERLIN, None) == date(2026, 12, 28)


def test_a_holiday_of_one_region_counts_in_another() -> None:
    # Epiphany is a holiday in Bavaria, not in Berlin.
    day_before = datetime(2027, 1, 5, 9, tzinfo=UTC)
    assert due_on(day_before, 1, BERLIN, "DE-BY") == date(2027, 1, 7)
    assert due_on(day_before, 1, BERLIN, "DE-BE") == date(2027, 1, 6)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(1, 60))
def test_the_due_date_is_a_working_day_at_the_right_distance(naive: datetime, days: int) -> None:
    moment = naive.replace(tzinfo=UTC)
    start, due = moment.astimezone(BERLIN).date(), due_on(moment, days, BERLIN, None)
    between = [date.fromordinal(one) for one in range(start.toordinal() + 1, due.toordinal() + 1)]
    assert due.weekday() < 5
    assert sum(day.weekday() < 5 for day in between) == days


# Working hours

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(["Europe/Berlin", "America/St_Johns", "Africa/Cairo", "Asia/Kolkata"])
TEAMS = st.builds(
    lambda zone, region, starts, length: WorkingHours(
        ZoneInfo(zone), region, starts, min(24, starts + length)
    ),
    ZONES,
    st.sampled_from([None, "DE-BE", "EG"]),
    st.integers(0, 23),
    st.integers(1, 24),
)
BERLINERS = WorkingHours(BERLIN, "DE-BE", 9, 17)


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("moment", "hours", "due"),
    [
        (berlin(2026, 11, 23, 10), 4, berlin(2026, 11, 23, 14)),
        (berlin(2026, 11, 23, 15, 30), 4, berlin(2026, 11, 24, 11, 30)),
        (berlin(2026, 11, 23, 13), 4, berlin(2026, 11, 24, 9)),
        (berlin(2026, 11, 27, 16), 2, berlin(2026, 11, 30, 10)),
        (berlin(2026, 11, 29, 3), 1, berlin(2026, 11, 30, 10)),
        (berlin(2026, 11, 23, 3), 8, berlin(2026, 11, 24, 9)),
        (berlin(2026, 12, 24, 16), 2, berlin(2026, 12, 28, 10)),
        (berlin(2026, 11, 29, 3), 0, berlin(2026, 11, 29, 3)),
    ],
)
def test_hours_outside_working_hours_do_not_count(
    moment: datetime, hours: int, due: datetime
) -> None:
    assert BERLINERS.after(moment, hours) == due


def test_a_working_day_with_a_clock_change_has_the_hours_that_pass() -> None:
    # In Cairo, clocks went forward on Friday, 24 April 2026 at midnight.
    team = WorkingHours(ZoneInfo("Africa/Cairo"), None, 0, 24)
    start = datetime(2026, 4, 23, 12, tzinfo=team.zone)
    due = team.after(start, 24)
    assert due == start.astimezone(UTC) + timedelta(hours=24)
    assert due.astimezone(team.zone).hour == 13


@given(TEAMS, MOMENTS, st.integers(1, 60))
def test_a_time_in_working_hours_is_never_outside_them(
    team: WorkingHours, moment: datetime, hours: int
) -> None:
    due = team.after(moment, hours)
    local = due.astimezone(team.zone)
    assert due >= moment + timedelta(hours=hours)
    assert local.weekday() < 5
    assert not is_public_holiday(local.date(), team.region)
    # Where clocks go forward at midnight, the day starts at 1.
    assert team.starts <= local.hour < team.ends


@given(TEAMS, MOMENTS, MOMENTS, st.integers(1, 60), st.integers(1, 60))
def test_a_later_start_or_more_hours_never_end_earlier(
    team: WorkingHours, one: datetime, other: datetime, fewer: int, more: int
) -> None:
    early, late = sorted((one, other))
    fewer, more = sorted((fewer, more))
    assert team.after(early, fewer) <= team.after(late, fewer) <= team.after(late, more)


@given(TEAMS, MOMENTS, st.integers(1, 30), st.integers(1, 30))
def test_hours_add_up(team: WorkingHours, moment: datetime, first: int, then: int) -> None:
    assert team.after(team.after(moment, first), then) == team.after(moment, first + then)
