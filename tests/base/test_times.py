"""Moments as text."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.times import from_text, local_text, to_text

moments = st.datetimes(timezones=st.timezones()).filter(lambda moment: 2 < moment.year < 9998)


@given(moments)
def test_a_time_is_read_back_to_the_second(moment: datetime) -> None:
    back = from_text(to_text(moment))
    assert back == moment.astimezone(UTC).replace(microsecond=0)


@given(moments, moments)
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    first, second = sorted(moment.astimezone(UTC).replace(microsecond=0) for moment in (one, other))
    assert to_text(first) <= to_text(second)
    assert len(to_text(first)) == len("2026-11-24T01:50:11Z")


def test_a_time_is_written_in_utc() -> None:
    moment = datetime(2026, 11, 24, 2, 50, 11, tzinfo=timezone(timedelta(hours=1)))
    assert to_text(moment) == "2026-11-24T01:50:11Z"


def test_a_time_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        to_text(datetime(2026, 11, 24))


def test_a_local_time_names_its_zone_because_operators_can_be_in_another_one() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert local_text(datetime(2026, 11, 24, 1, 50, tzinfo=UTC), berlin) == "2026-11-24 02:50 CET"
    assert local_text(datetime(2026, 7, 24, 1, 50, tzinfo=UTC), berlin) == "2026-07-24 03:50 CEST"
