"""ISO weeks where the team works."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.weeks import (
    days_of,
    group_of,
    parse_span,
    parse_week,
    typed_week,
    week_after,
    week_bounds,
    week_of,
    weeks_back,
    weeks_between,
)

BERLIN = ZoneInfo("Europe/Berlin")
moments = st.datetimes(
    min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)
)


def test_new_years_day_can_be_in_the_last_week_of_the_old_year() -> None:
    assert week_of(datetime(2027, 1, 1, 12, tzinfo=UTC), BERLIN) == "2026-W53"


def test_weeks_change_at_midnight_in_the_teams_time_zone() -> None:
    sunday_late_in_utc = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert week_of(sunday_late_in_utc, BERLIN) == "2026-W48"
    assert week_of(sunday_late_in_utc, ZoneInfo("UTC")) == "2026-W47"


@given(moments)
def test_every_time_is_between_the_bounds_of_its_week(moment: datetime) -> None:
    start, end = week_bounds(week_of(moment, BERLIN), BERLIN)
    assert start <= moment < end


def test_a_week_with_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    def hours(week: str) -> float:
        start, end = week_bounds(week, BERLIN)
        return (end - start) / timedelta(hours=1)

    assert (hours("2026-W13"), hours("2026-W43"), hours("2026-W47")) == (167, 169, 168)


@pytest.mark.parametrize(
    "text", ["2026-47", "2026-W54", "2025-W53", "W47", "2026-W00", "", "２０２６-W47"]
)
def test_a_week_that_does_not_exist_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 2026-W47"):
        parse_week(text)


def test_weeks_are_counted_back_across_the_year() -> None:
    assert weeks_back("2027-W02", 4) == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]


@given(moments)
def test_groups_of_weeks_are_disjoint_and_follow_each_other(moment: datetime) -> None:
    week = week_of(moment, BERLIN)
    group = group_of(week)
    assert week in group
    assert all(group_of(other) == group for other in group)
    assert [week_after(one) for one in group[:-1]] == group[1:]
    assert group_of(week_after(group[-1])) != group


@pytest.mark.parametrize(
    ("year", "lengths"),
    [(2025, [4, 4, 5] * 4), (2026, [*[4, 4, 5] * 3, 4, 4, 6])],
)
def test_a_year_has_twelve_groups_and_a_53rd_week_joins_the_last(
    year: int, lengths: list[int]
) -> None:
    groups, week = [], f"{year}-W01"
    while week.startswith(str(year)):
        groups.append(group_of(week))
        week = week_after(groups[-1][-1])
    assert [len(group) for group in groups] == lengths


def test_the_days_of_weeks_run_from_monday_to_sunday() -> None:
    first, last = days_of("2026-W44", "2026-W47")
    assert (first.isoformat(), last.isoformat()) == ("2026-10-26", "2026-11-22")


def test_a_range_is_one_or_two_weeks() -> None:
    assert parse_span("2026-W40..2026-W47") == ("2026-W40", "2026-W47")
    assert parse_span("2026-W47") == ("2026-W47", "2026-W47")
    assert weeks_between("2026-W52", "2027-W01") == ["2026-W52", "2026-W53", "2027-W01"]


@pytest.mark.parametrize("text", ["2026-W47..2026-W46", "..", "2026-W47..", "a..b", "2026-W99"])
def test_an_invalid_range_is_refused_with_the_expected_format(text: str) -> None:
    with pytest.raises(ValueError, match="week"):
        parse_span(text)


@pytest.mark.parametrize(
    ("typed", "week"),
    [
        *[(text, "2026-W45") for text in ("2026-W45", "2026w45", "45/2026", "week 45 2026")],
        *[(text, "2026-W45") for text in ("45", "W45", "KW 45", "Woche 45", "kw45")],
        *[
            (text, "2026-W45")
            for text in ("2026-11-05", "5.11.2026", "05/11/2026", " 5. 11. 2026 ")
        ],
        ("48", "2026-W48"),
        ("49", "2025-W49"),
        ("1", "2026-W01"),
        ("2027-01-01", "2026-W53"),
        ("2026-W50", "2026-W50"),
    ],
)
def test_a_week_can_be_typed_in_the_usual_ways(typed: str, week: str) -> None:
    assert typed_week(typed, "2026-W48") == week


@pytest.mark.parametrize(
    "typed",
    ["", "x", "54", "0", "2026", "2026-W54", "5 Nov 2026", "31.2.2026", "1.2.3.4", "20261105", "١"],
)
def test_other_texts_are_no_week(typed: str) -> None:
    with pytest.raises(ValueError):
        typed_week(typed, "2026-W48")
