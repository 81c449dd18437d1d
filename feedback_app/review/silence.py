"""How long a source of closed cases may be silent before we call it unusual.

A silence is announced if it is more than twice as long as every pause of the last 26 weeks, and
longer than a working day. Only working hours count, so weekends and holidays never raise an alarm.
The longest pause follows the rhythm of the source: minutes for a busy case system, a week for a
weekly import. For n random pauses (Poisson arrivals), the next one is more than twice as long as
all of them with the probability 2 / ((n + 1)(n + 2)). `tests/review/test_silence.py` simulates how
often an alarm is false.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from feedback_app.base.working_days import WorkingHours

HISTORY = timedelta(weeks=26)
# With fewer days on which cases arrived, the rhythm of a source is unknown.
DAYS_NEEDED = 10
_TIMES_LONGEST = 2


def is_silent(
    arrivals: Sequence[datetime], now: datetime, hours: WorkingHours, unusual: Collection[datetime]
) -> bool:
    """Return whether a source has been silent for longer than usual.

    `arrivals` are times of its cases in `HISTORY`, oldest first; one per hour is enough. Pauses
    that started at an `unusual` time are not part of its rhythm.
    """
    days = {moment.astimezone(hours.zone).date() for moment in arrivals}
    if len(days) < DAYS_NEEDED:
        return False
    silence = hours.between(arrivals[-1], now)
    if silence <= hours.day:
        return False
    usual = (hours.between(*two) for two in pairwise(arrivals) if two[0] not in unusual)
    return silence > _TIMES_LONGEST * max(usual, default=timedelta())
