"""Reads dates and times as case systems write them, into UTC."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from zoneinfo import ZoneInfo

from feedback_app.intake.date_formats import DateFormat, DateFormatError
from feedback_app.intake.errors import ImpossibleError, quoted
from feedback_app.intake.time_zones import UnknownZoneError, zone_named

__all__ = ["EARLIEST", "DateFormatError", "DateReader"]

# Weeks and time limits are calculated from these times, so both must stay inside the calendar.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH = re.compile(r"([0-9]{10})(?:\.[0-9]+)?|([0-9]{13})(?:\.[0-9]+)?")
# Microsoft's JSON dates: https://learn.microsoft.com/dotnet/standard/datetime/system-text-json-support
_DOTNET = re.compile(r"\\?/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)\\?/")
# Days since 1899-12-30 as spreadsheets count them, for the years 1980 to 2099.
_SERIAL = re.compile(r"[2-7][0-9]{4}(?:\.[0-9]+)?")
_SERIAL_START, _SERIALS = datetime(1899, 12, 30), (29221, 73051)
_RFC_2822 = re.compile(r"(?:[A-Z][a-z]{2}, )?[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{5,8} \S{2,5}")
_WITH_ZONE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9T:. ]+?) ?([A-Za-z][\w+/-]*)")
_BRACKETED = re.compile(r"(.+[0-9Z])\[[A-Za-z][\w+/-]*\]")
_HOUR = timedelta(hours=1)
_MEMO = 20_000


class DateReader:
    """Reads dates in one of `formats` (as in Python's strptime); the first one that fits counts.

    ISO 8601 dates with a T need no format. Without formats, other forms with one meaning are read
    too: ISO 8601 with a space, time zone names, RFC 2822, /Date(milliseconds)/, 10 digits as
    seconds and 13 digits as milliseconds since 1970, and five digits as a spreadsheet's day.

    A date without an offset is a local time of `zone`. When clocks go back, such a time occurs
    twice and the first one counts. A time that clocks skip is read with the offset before the
    change. `zone_names` gives abbreviations their IANA names.
    Raises DateFormatError for a format without day, month or year.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        formats: str | Sequence[str] | None = None,
        languages: tuple[str, ...] = (),
        zone_names: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.zone, self.languages, self.zone_names = zone, languages, zone_names
        self.formats = (formats,) if isinstance(formats, str) else tuple(formats or ())
        self._zone_named = partial(zone_named, own=zone, configured=dict(zone_names))
        self._formats = [DateFormat(text, self._zone_named, languages) for text in self.formats]
        self._offsets: dict[date, timedelta | None] = {}
        # A file repeats its days and minutes: the start of each day in UTC, and the time since it.
        self._starts: dict[str, datetime] = {}
        self._times: dict[str, timedelta] = {}

    def read(self, text: str) -> datetime:
        """Return the time in UTC, to the second. Raises ValueError saying what is wrong."""
        if self._starts:
            day, _, at = text.partition(" ")
            start, since = self._starts.get(day), self._times.get(at)
            if start is not None and since is not None:
                return start + since
        written = self._parse(text)
        try:
            in_utc = self._in_utc(written)
        except OverflowError:
            raise ImpossibleError(f"{quoted(text)} is outside the calendar") from None
        if in_utc < EARLIEST:
            raise ImpossibleError(f"{quoted(text)} is before {EARLIEST:%Y}")
        if in_utc.microsecond:
            return in_utc.replace(microsecond=0)
        if len(self._formats) == 1 and self._formats[0].has_separate_time:
            self._remember(text, written, in_utc)
        return in_utc

    def can_read(self, text: str) -> bool:
        """Return whether `read` accepts this text."""
        try:
            self.read(text)
        except ValueError:
            return False
        return True

    def read_second(self, text: str) -> datetime:
        """Return the time as `read` does, but the second one if a local time occurs twice."""
        written = self._parse(text)
        if written.tzinfo:
            return self.read(text)
        local = written.replace(tzinfo=self.zone, fold=1, microsecond=0)
        return local.astimezone(UTC)

    def _remember(self, text: str, written: datetime, in_utc: datetime) -> None:
        if self._offsets.get(written.date()) is None:
            return
        for memo in (self._starts, self._times):
            if len(memo) > _MEMO:
                memo.clear()
        day, _, at = text.partition(" ")
        since = timedelta(hours=written.hour, minutes=written.minute, seconds=written.second)
        start = in_utc - since
        if start >= EARLIEST:
            self._starts[day], self._times[at] = start, since

    def _in_utc(self, written: datetime) -> datetime:
        if written.tzinfo is UTC:
            return written
        if written.tzinfo:
            return written.astimezone(UTC)
        day = written.date()
        try:
            offset = self._offsets[day]
        except KeyError:
            offset = self._offsets[day] = _offset_all_day(written, self.zone)
        if offset is None:
            return written.replace(tzinfo=self.zone).astimezone(UTC)
        return (written - offset).replace(tzinfo=UTC)

    def _parse(self, text: str) -> datetime:
        if self._formats and text[10:11] != "T":
            return self._by_format(text)
        try:
            return self._without_format(text)
        except UnknownZoneError:
            raise
        except ValueError:
            if self._formats:
                return self._by_format(text)
        raise ValueError(
            f"{quoted(text)} is not an ISO 8601 date such as 2026-11-24T09:30: "
            "correct it, or set the date format"
        )

    def _by_format(self, text: str) -> datetime:
        for one in self._formats:
            try:
                return one.parse(text)
            except UnknownZoneError:
                raise
            except ValueError:
                continue
        names = " or ".join(one.text for one in self._formats)
        raise ValueError(f"{quoted(text)} is not a date in the format {names}")

    def _without_format(self, text: str) -> datetime:
        # Epoch seconds have ten digits, which `fromisoformat` would read as a year.
        if not text.isdigit():
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                pass
        return _machine_date(text) or self._with_zone_name(text)

    def _with_zone_name(self, text: str) -> datetime:
        if found := _BRACKETED.fullmatch(text):
            return datetime.fromisoformat(found[1])
        found = _WITH_ZONE.fullmatch(text)
        if found is None:
            raise ValueError(text)
        local = datetime.fromisoformat(found[1])
        return local.replace(tzinfo=self._zone_named(found[2], local))


def _machine_date(text: str) -> datetime | None:
    """Return a date as programs write it, or None. Raises ValueError if it is out of range."""
    if found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(found[1] or found[2][:10]), UTC)
    if found := _DOTNET.fullmatch(text):
        return EARLIEST + timedelta(milliseconds=int(found[1]))
    if _SERIAL.fullmatch(text) and _SERIALS[0] <= float(text) < _SERIALS[1]:
        # A spreadsheet's fraction of a day is a rounded binary number.
        return _SERIAL_START + timedelta(seconds=round(float(text) * 86400))
    if _RFC_2822.fullmatch(text):
        written = parsedate_to_datetime(text)
        return written if written.tzinfo else written.replace(tzinfo=UTC)
    if len(text) == 8 and text.isdigit():
        return datetime.fromisoformat(text)
    return None


def _offset_all_day(written: datetime, zone: ZoneInfo) -> timedelta | None:
    """Return the offset of `zone` on this day, or None if clocks change on it."""
    start = written.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=zone)
    offsets = {(start + hours * _HOUR).utcoffset() for hours in range(25)}
    return offsets.pop() if len(offsets) == 1 else None
