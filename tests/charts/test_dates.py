"""Dates have one form per language, and clock times name their time zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from charts import date_and_time, date_range, date_with_weekday, long_date, short_date

DAY = date(2026, 12, 3)


def test_a_date_has_the_day_before_the_month_in_both_languages() -> None:
    shown = {name: long_date(DAY, name) for name in ("en", "de")}
    assert shown == {"en": "3 December 2026", "de": "3. Dezember 2026"}
    assert short_date(DAY, "en") == "3 Dec 2026"
    assert date_with_weekday(DAY, "en") == "Thursday, 3 December 2026"
    assert date_with_weekday(DAY, "de") == "Donnerstag, 3. Dezember 2026"


def test_a_range_names_a_common_month_and_year_once() -> None:
    assert date_range(date(2026, 11, 30), DAY, "en") == "30 Nov\u2009–\u20093 Dec 2026"
    assert date_range(date(2026, 12, 1), DAY, "de") == "1.–3. Dez. 2026"


def test_a_clock_time_is_in_the_teams_time_zone_and_names_it() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    late = datetime(2026, 12, 2, 23, 30, tzinfo=UTC)
    assert date_and_time(late, "en", berlin) == "3 December 2026, 00:30 CET"
    assert date_and_time(late.replace(month=7), "de", berlin) == "3. Juli 2026, 01:30 MESZ"
