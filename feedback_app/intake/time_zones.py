"""Names of time zones as case systems write them after a time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# Abbreviations with one meaning worldwide, in hours from UTC. CST, IST, BST and EST have several:
# https://en.wikipedia.org/wiki/List_of_time_zone_abbreviations
_HOURS = {
    **dict.fromkeys(("UTC", "GMT", "UT", "Z", "WET"), 0),
    **dict.fromkeys(("CET", "MEZ", "WEST"), 1),
    **dict.fromkeys(("CEST", "MESZ", "EET"), 2),
    **dict.fromkeys(("EEST", "MSK"), 3),
    **{"JST": 9, "HST": -10, "AKST": -9, "AKDT": -8, "PDT": -7, "MDT": -6, "CDT": -5, "EDT": -4},
}
_UNIQUE: dict[str, tzinfo] = {
    name: timezone(timedelta(hours=hours)) if hours else UTC for name, hours in _HOURS.items()
}


class UnknownZoneError(ValueError):
    """A time zone name has no meaning, or several."""


@cache
def _iana() -> Mapping[str, str]:
    return {name.lower(): name for name in available_timezones() if "/" in name}


def zone_named(name: str, local: datetime, own: ZoneInfo, configured: Mapping[str, str]) -> tzinfo:
    """Return the time zone that `name` means after the local time `local`.

    Known are the names in `configured`, which maps abbreviations to IANA names, IANA names such as
    Europe/Berlin, abbreviations with one meaning, and those that `own` uses at that time. Raises
    UnknownZoneError for other names.
    """
    if iana := configured.get(name) or _iana().get(name.lower()):
        return ZoneInfo(iana)
    if found := _UNIQUE.get(name.upper()):
        return found
    if name.upper() in {local.replace(tzinfo=own, fold=fold).tzname() for fold in (0, 1)}:
        return own
    raise UnknownZoneError(
        f"the time zone {name!r} is unknown or has several meanings: name it in the table "
        "[time_zones] of a mapping file"
    )
