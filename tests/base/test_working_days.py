"""Two working days are two working days, whatever the weekend."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.working_days import due_on

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
