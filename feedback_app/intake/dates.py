"""Reads dates and times as case systems write them, into UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from feedback_app.intake.errors import ImpossibleError, quoted

# Weeks and time limits are calculated from these times, so both must stay inside the calendar.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH = re.compile(r"[0-9]{10}(?:[0-9]{3})?")
_PROBE = datetime(2026, 11, 24, 13, 45, tzinfo=UTC)


class DateFormatError(ValueError):
    """Dates cannot be read in this format. The message says why and how to write one."""


@dataclass(frozen=True)
class DateReader:
    """Reads dates in `date_format` (as in Python's strptime), or ISO 8601 dates without one.

    Without a format, 10 digits are seconds since 1970 and 13 digits milliseconds, in UTC.

    A date without an offset is a local time of `zone`. When clocks go back, such a time occurs
    twice and the first one counts. When they go forward, some times do not exist and are refused,
    because then the zone is probably wrong.
    Raises DateFormatError for a format without day, month or year.
    """

    zone: ZoneInfo
    date_format: str | None = None

    def __post_init__(self) -> None:
        if self.date_format is not None:
            _check(self.date_format)

    def read(self, text: str) -> datetime:
        """Return the time in UTC, to the second. Raises ValueError saying what is wrong."""
        written = self._parse(text)
        try:
            local = written if written.tzinfo else written.replace(tzinfo=self.zone)
            in_utc = local.astimezone(UTC).replace(microsecond=0)
            again = in_utc.astimezone(local.tzinfo).replace(tzinfo=None)
        except OverflowError:
            raise ImpossibleError(f"{quoted(text)} is outside the calendar") from None
        if in_utc < EARLIEST:
            raise ImpossibleError(f"{quoted(text)} is before {EARLIEST:%Y}")
        if again != written.replace(tzinfo=None, microsecond=0):
            raise ValueError(
                f"{quoted(text)} does not exist in {self.zone.key}, where clocks went forward: "
                "check the time zone"
            )
        return in_utc

    def _parse(self, text: str) -> datetime:
        if self.date_format is None:
            if _EPOCH.fullmatch(text):
                return datetime.fromtimestamp(int(text[:10]), UTC)
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                raise ValueError(
                    f"{quoted(text)} is not an ISO 8601 date such as 2026-11-24T09:30: "
                    "correct it, or set the date format"
                ) from None
        try:
            return datetime.strptime(text, self.date_format)
        except ValueError:
            raise ValueError(
                f"{quoted(text)} is not a date in the format {self.date_format}"
            ) from None


def _check(date_format: str) -> None:
    """Raise DateFormatError unless dates written in this format can be read back."""
    try:
        if "%Z" in date_format.replace("%%", ""):
            # strptime parses the name but ignores it, which would move every case by hours.
            raise ValueError("time zone names (%Z) are not supported, offsets (%z) are")
        for part, other in (("year", 2025), ("month", 10), ("day", 23)):
            changed = _PROBE.replace(**{part: other})  # type: ignore[arg-type]
            if changed.strftime(date_format) == _PROBE.strftime(date_format):
                raise ValueError(f"it has no {part}")
        read = datetime.strptime(_PROBE.strftime(date_format), date_format)
        if read.date() != _PROBE.date():
            raise ValueError("dates written in it cannot be read back")
        if read.hour not in (_PROBE.hour, 0):
            raise ValueError("it has %I without %p, so morning and afternoon look the same")
    except ValueError as error:
        raise DateFormatError(
            f"{quoted(date_format)} is not a valid date format: {error}. "
            "Write one such as %d/%m/%Y %H:%M"
        ) from None
