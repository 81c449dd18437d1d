"""Dates as case systems write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_datetime
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


def test_an_offset_takes_precedence_over_the_time_zone() -> None:
    moments = DateReader(BERLIN, "%d.%m.%Y %H:%M %z")
    assert moments.read("24.11.2026 09:30 -0200") == datetime(2026, 11, 24, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["30/2/2016 10:00", "29/2/2015 10:00", "5/13/2016 10:00", "5/3/2016 24:00", "soon", ""]
)
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date in the format %d/%m/%Y"):
        DateReader(BERLIN, "%d/%m/%Y %H:%M").read(text)


def test_a_repeated_hour_means_the_first_one() -> None:
    assert DateReader(BERLIN).read("2026-10-25T02:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_hour_that_clocks_skip_is_read_with_the_offset_before_the_change() -> None:
    assert DateReader(BERLIN).read("2026-03-29T02:30") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert DateReader(BERLIN).read("2026-03-29T03:30") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_skipped_hour_with_an_offset_is_accepted() -> None:
    assert DateReader(BERLIN).read("2026-03-29T02:30+00:00").hour == 2


@pytest.mark.parametrize("text", ["0001-01-01T00:00+14:00", "1969-12-31T23:00Z", "1900-01-01"])
def test_an_impossible_date_is_refused(text: str) -> None:
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
        ("%d/%m/%Y %H:%M %j", "%j is not supported"),
        ("%d/%m/%Y %d", "a part occurs twice"),
        ("%d/%m/%Y %Q", "Write one such as"),
        ("%d/%m/%Y %", "Write one such as"),
        ("%d/%m/%Y \x00", "Write one such as"),
    ],
)
def test_an_incomplete_date_format_is_refused_immediately(date_format: str, said: str) -> None:
    with pytest.raises(DateFormatError, match="not a valid date format") as caught:
        DateReader(BERLIN, date_format)
    assert said in str(caught.value)


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(9998, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "UTC"]),
)
def test_local_times_are_read_back_to_the_second(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    shown = moment.replace(tzinfo=UTC, microsecond=0)
    assert DateReader(zone).read(shown.astimezone(zone).isoformat()) == shown


@given(st.text(), st.sampled_from([None, "%d/%m/%Y %H:%M", "%Y%m%d %z", "%d. %B %Y"]))
def test_any_text_gives_a_time_or_a_reason(text: str, date_format: str | None) -> None:
    try:
        assert DateReader(BERLIN, date_format).read(text) >= EARLIEST
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1795687200", "2026-11-26T10:00:00"),
        ("1795687200000", "2026-11-26T10:00:00"),
        ("1795687200999", "2026-11-26T10:00:00"),
        ("1795963966.678", "2026-11-29T14:52:46"),
        ("1795963966678.5", "2026-11-29T14:52:46"),
        ("/Date(1795963966000)/", "2026-11-29T14:52:46"),
        ("/Date(1795963966000+0100)/", "2026-11-29T14:52:46"),
        (r"\/Date(1795963966000)\/", "2026-11-29T14:52:46"),
        ("2026-11-29 18:14:13 UTC", "2026-11-29T18:14:13"),
        ("2026-11-29T18:14:13 Europe/Paris", "2026-11-29T17:14:13"),
        ("2026-07-29 18:14:13 MESZ", "2026-07-29T16:14:13"),
        ("2026-11-29 18:14 CET", "2026-11-29T17:14:00"),
        ("2026-11-29T18:14+01:00[Europe/Paris]", "2026-11-29T17:14:00"),
        ("Sun, 29 Nov 2026 18:14:13 +0100", "2026-11-29T17:14:13"),
        ("Sun, 29 Nov 2026 18:14:13 GMT", "2026-11-29T18:14:13"),
        ("29 Nov 2026 18:14:13 +0100", "2026-11-29T17:14:13"),
        ("20261129", "2026-11-28T23:00:00"),
        ("46355.75", "2026-11-29T17:00:00"),
        ("46355.4097222222", "2026-11-29T08:50:00"),
        ("46355", "2026-11-28T23:00:00"),
    ],
)
def test_dates_with_one_meaning_need_no_format(text: str, shown: str) -> None:
    assert DateReader(BERLIN).read(text) == datetime.fromisoformat(shown).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["179568720", "17956872000", "１７９５６８７２００", "-179568720", "73051", "29220", "4635"],
)
def test_other_numbers_are_not_dates(text: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO 8601 date"):
        DateReader(ZoneInfo("UTC")).read(text)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("05/Okt/26 2:05 PM", 10),
        ("05/oct/26 2:05 pm", 10),
        ("05/Mär/26 2:05 PM", 3),
        ("05/März/26 2:05 PM", 3),
        ("05/Mrz/26 2:05 PM", 3),
        ("05/Dez./26 2:05 P.M.", 12),
        ("05/December/26 2:05 PM", 12),
    ],
)
def test_months_are_named_in_english_and_the_languages_of_the_facts(text: str, month: int) -> None:
    reader = DateReader(ZoneInfo("UTC"), "%d/%b/%y %I:%M %p", ("de",))
    assert reader.read(text) == datetime(2026, month, 5, 14, 5, tzinfo=UTC)


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2060, 1, 1)),
    st.sampled_from(["en", "de", "fr", "pl", "es"]),
    st.sampled_from([("d. MMMM y HH:mm", "%d. %B %Y %H:%M"), ("dd/MMM/y HH:mm", "%d/%b/%Y %H:%M")]),
)
def test_a_date_that_babel_writes_is_read_back(
    moment: datetime, language: str, formats: tuple[str, str]
) -> None:
    pattern, date_format = formats
    shown = format_datetime(moment, pattern, locale=language)
    read = DateReader(ZoneInfo("UTC"), date_format, (language,)).read(shown)
    assert read == moment.replace(second=0, microsecond=0, tzinfo=UTC)


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2068, 1, 1)),
    st.sampled_from(
        [
            "%d/%m/%Y %H:%M:%S",
            "%m/%d/%Y %I:%M:%S %p",
            "%Y-%m-%d %H:%M:%S",
            "%d.%m.%y %H:%M:%S",
            "%a, %d %b %Y %H:%M:%S",
            "%Y%m%d%H%M%S",
            "%B %d, %Y at %H:%M:%S",
            "%H:%M:%S on %d/%m/%Y",
        ]
    ),
)
def test_what_strftime_writes_is_read_as_strptime_reads_it(
    moment: datetime, date_format: str
) -> None:
    text = moment.strftime(date_format)
    expected = datetime.strptime(text, date_format).replace(tzinfo=UTC)
    assert DateReader(ZoneInfo("UTC"), date_format).read(text) == expected


def test_the_first_of_several_formats_that_fits_counts() -> None:
    reader = DateReader(ZoneInfo("UTC"), ["%d/%m/%Y %H:%M", "%d/%m/%Y"])
    assert reader.read("05/03/2026 12:30") == datetime(2026, 3, 5, 12, 30, tzinfo=UTC)
    assert reader.read("05/03/2026") == datetime(2026, 3, 5, tzinfo=UTC)
    assert reader.read("2026-03-05T12:30Z") == datetime(2026, 3, 5, 12, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match=r"in the format %d/%m/%Y %H:%M or %d/%m/%Y$"):
        reader.read("soon")


def test_an_abbreviation_with_several_meanings_needs_an_explanation() -> None:
    text = "2026-07-29 18:14 IST"
    with pytest.raises(ValueError, match="'IST' is unknown or has several meanings"):
        DateReader(BERLIN).read(text)
    india = DateReader(BERLIN, zone_names=(("IST", "Asia/Kolkata"),))
    assert india.read(text) == datetime(2026, 7, 29, 12, 44, tzinfo=UTC)
    assert DateReader(ZoneInfo("Asia/Kolkata")).read(text) == india.read(text)


def test_an_abbreviation_of_the_zone_in_use_is_understood_in_a_format() -> None:
    reader = DateReader(ZoneInfo("America/Chicago"), "%m/%d/%Y %I:%M %p %Z")
    assert reader.read("01/15/2026 9:00 AM CST") == datetime(2026, 1, 15, 15, tzinfo=UTC)
    assert reader.read("01/15/2026 9:00 AM UTC") == datetime(2026, 1, 15, 9, tzinfo=UTC)
    with pytest.raises(ValueError, match="'CDT'|'XYZ'"):
        reader.read("01/15/2026 9:00 AM XYZ")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"])
@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2030, 1, 1)))
def test_local_times_have_the_offset_that_the_time_zone_database_gives(
    zone: str, moment: datetime
) -> None:
    moment = moment.replace(microsecond=0)
    expected = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert DateReader(ZoneInfo(zone)).read(moment.isoformat()) == expected
