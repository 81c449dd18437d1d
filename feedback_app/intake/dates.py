"""Dates and times as case systems write them, to moments in UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from feedback_app.intake.faults import ImpossibleError, shown

# Weeks and time limits are reckoned from these moments, so both must stay inside the calendar.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_SINCE_1970 = re.compile(r"[0-9]{10}(?:[0-9]{3})?")
_PROBE = datetime(2026, 11, 24, 13, 45, tzinfo=UTC)


class DateFormatError(ValueError):
    """Dates cannot be read in this format. The message says why and how to write one."""


@dataclass(frozen=True)
class Moments:
    """Reads dates in `date_format` (as in Python's strptime), or ISO 8601 dates without one.

    Without a format, 10 digits are seconds since 1970 and 13 digits milliseconds, in UTC.

    A date that carries no offset of its own is a local time of `zone`. When clocks go back, such
    a time happens twice and the first is taken; when they go forward, it may not exist and is
    refused, because then the zone is probably not the one the dates were written in.
    Raises DateFormatError for a format that cannot say a day.
    """

    zone: ZoneInfo
    date_format: str | None = None

    def __post_init__(self) -> None:
        if self.date_format is not None:
            _check(self.date_format)

    def read(self, text: str) -> datetime:
        """Return the moment, to the second, in UTC. Raises ValueError saying what is wrong."""
        written = self._written(text)
        try:
            moment = written if written.tzinfo else written.replace(tzinfo=self.zone)
            in_utc = moment.astimezone(UTC).replace(microsecond=0)
            local = in_utc.astimezone(moment.tzinfo).replace(tzinfo=None)
        except OverflowError:
            raise ImpossibleError(f"{shown(text)} lies outside the calendar") from None
        if in_utc < EARLIEST:
            raise ImpossibleError(f"{shown(text)} lies before {EARLIEST:%Y}")
        if local != written.replace(tzinfo=None, microsecond=0):
            raise ValueError(
                f"{shown(text)} does not exist in {self.zone.key}, where clocks went forward: "
                "check the time zone"
            )
        return in_utc

    def _written(self, text: str) -> datetime:
        if self.date_format is None:
            if _SINCE_1970.fullmatch(text):
                return datetime.fromtimestamp(int(text[:10]), UTC)
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                raise ValueError(
                    f"{shown(text)} is no ISO date such as 2026-11-24T09:30: "
                    "mend it, or name the date format"
                ) from None
        try:
            return datetime.strptime(text, self.date_format)
        except ValueError:
            raise ValueError(f"{shown(text)} is no date written as {self.date_format}") from None


def _check(date_format: str) -> None:
    """Raise DateFormatError unless dates written in this format can be read back."""
    try:
        if "%Z" in date_format.replace("%%", ""):
            # strptime reads the name and then forgets it, which would move every case by hours.
            raise ValueError("names of zones (%Z) are not understood, offsets (%z) are")
        for part, other in (("year", 2025), ("month", 10), ("day", 23)):
            changed = _PROBE.replace(**{part: other})  # type: ignore[arg-type]
            if changed.strftime(date_format) == _PROBE.strftime(date_format):
                raise ValueError(f"it says no {part}")
        read = datetime.strptime(_PROBE.strftime(date_format), date_format)
        if read.date() != _PROBE.date():
            raise ValueError("a date written in it cannot be read back")
        if read.hour not in (_PROBE.hour, 0):
            raise ValueError("it has %I without %p, so morning and afternoon look alike")
    except ValueError as error:
        raise DateFormatError(
            f"{shown(date_format)} is no usable date format: {error}; "
            "write one such as %d/%m/%Y %H:%M"
        ) from None
