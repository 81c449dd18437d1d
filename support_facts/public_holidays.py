"""The public holidays of a country or one of its regions."""

import re
from collections.abc import Container
from datetime import date
from functools import cache

_REGION = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")


@cache
def _calendar(region: str) -> Container[date]:
    """Return the holidays of "DE" or "DE-BE". Raises ValueError if they are not known."""
    # Importing it takes half a second, and without a region nothing needs it.
    from holidays import country_holidays

    parts = _REGION.fullmatch(region)
    if not parts:
        raise ValueError(f"{region!r} is not a region such as DE-BE")
    try:
        return country_holidays(parts[1], subdiv=parts[2])
    except NotImplementedError as error:
        raise ValueError(f"the public holidays of {region} are not known") from error


def is_region(text: str) -> bool:
    """Return True if public holidays are known for this region, else raise ValueError."""
    return _calendar(text) is not None


def is_public_holiday(day: date, region: str | None) -> bool:
    """Return whether `day` is a public holiday in `region`; without a region, no day is."""
    return region is not None and day in _calendar(region)
