"""Dates as case systems write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.intake.dates import EARLIEST, DateFormatError, DateReader

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "in_utc"),
    [
        ("2026-11-24T09:30:11Z", (2026, 11, 24, 9, 30, 11)),
        ("2026-11-24T09:30:11.987+01:00", (2026, 11, 24, 8, 30, 11)),
        ("2026-11-24T09:30:11.000-0500", (2026, 11, 24, 14, 30, 11)),
        ("2026-11-24 09:30", (2026, 11, 24, 8, 30, 0)),
        ("2026-07-24 09:30", (2026, 7, 24, 7, 30, 0)),
        ("2026-11-24", (2026, 11, 23, 23, 0, 0)),
    ],
)
def test_iso_dates_need_no_format_and_their_offset_wins(text: str, in_utc: tuple[int, ...]) -> None:
    assert DateReader(BERLIN).read(text) == datetime(*in_utc, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_named_format_reads_days_before_months() -> None:
    moments = DateReader(ZoneInfo("Europe/Lisbon"), "%d/%m/%Y %H:%M")
    assert moments.read("5/3/2016 12:00") == datetime(2016, 3, 5, 12, 0, tzinfo=UTC)


def test_an_offset_in_a_named_format_wins_over_the_zone() -> None:
    moments = DateReader(BERLIN, "%d.%m.%Y %H:%M %z")
    assert moments.read("24.11.2026 09:30 -0200") == datetime(2026, 11, 24, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["30/2/2016 10:00", "29/2/2015 10:00", "5/13/2016 10:00", "5/3/2016 24:00", "soon", ""]
)
def test_a_day_that_does_not_exist_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date in the format %d/%m/%Y"):
        DateReader(BERLIN, "%d/%m/%Y %H:%M").read(text)


def test_an_hour_that_clocks_repeat_is_the_first_one() -> None:
    assert DateReader(BERLIN).read("2026-10-25T02:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_hour_that_clocks_skip_is_refused_with_the_zone() -> None:
    with pytest.raises(ValueError, match="does not exist in Europe/Berlin.*check the time zone"):
        DateReader(BERLIN).read("2026-03-29T02:30")


def test_the_same_hour_with_an_offset_is_taken() -> None:
    assert DateReader(BERLIN).read("2026-03-29T02:30+00:00").hour == 2


@pytest.mark.parametrize("text", ["0001-01-01T00:00+14:00", "1969-12-31T23:00Z", "1900-01-01"])
def test_a_date_no_case_can_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="before 1970|outside the calendar"):
        DateReader(BERLIN).read(text)


@pytest.mark.parametrize(
    ("date_format", "said"),
    [
        ("%d/%m", "no year"),
        ("%d/%Y %H:%M", "no month"),
        ("%m/%Y", "no day"),
        ("%H:%M", "no year"),
        ("", "no year"),
        ("dd/mm/yyyy", "no year"),
        ("%d/%m/%Y %I:%M", "%I without %p"),
        ("%d/%m/%Y %H:%M %Z", "%z"),
        ("%d/%m/%Y %Q", "Write one such as"),
        ("%d/%m/%Y %", "Write one such as"),
        ("%d/%m/%Y \x00", "Write one such as"),
    ],
)
def test_a_format_that_cannot_say_a_moment_is_refused_at_once(date_format: str, said: str) -> None:
    with pytest.raises(DateFormatError, match="not a valid date format") as caught:
        DateReader(BERLIN, date_format)
    assert said in str(caught.value)


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(9998, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "UTC"]),
)
def test_what_a_clock_showed_is_read_back_to_the_second(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    shown = moment.replace(tzinfo=UTC, microsecond=0)
    assert DateReader(zone).read(shown.astimezone(zone).isoformat()) == shown


@given(st.text(), st.sampled_from([None, "%d/%m/%Y %H:%M", "%Y%m%d %z", "%c"]))
def test_any_text_is_a_moment_or_a_reason(text: str, date_format: str | None) -> None:
    try:
        assert DateReader(BERLIN, date_format).read(text) >= EARLIEST
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize("text", ["1795687200", "1795687200000", "1795687200999"])
def test_seconds_and_milliseconds_since_1970_are_understood(text: str) -> None:
    assert DateReader(ZoneInfo("Europe/Berlin")).read(text) == datetime(
        2026, 11, 26, 10, tzinfo=UTC
    )


@pytest.mark.parametrize("text", ["179568720", "17956872000", "１７９５６８７２００", "-179568720"])
def test_other_numbers_are_no_moments(text: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO 8601 date"):
        DateReader(ZoneInfo("UTC")).read(text)
