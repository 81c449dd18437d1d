"""A rate limiter that counts in this process."""

import time
from typing import Any

from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

# The clock of a machine is also adjusted in small steps.
_STEP_SECONDS = 5


class _Counts(MemoryStorage):
    """Counts that are reset when the clock is set back; otherwise they would last too long."""

    _latest = 0.0

    def acquire_entry(self, *args: Any, **named: Any) -> bool:
        self._check_clock()
        return super().acquire_entry(*args, **named)

    def get_moving_window(self, *args: Any, **named: Any) -> tuple[float, int]:
        self._check_clock()
        return super().get_moving_window(*args, **named)

    def _check_clock(self) -> None:
        now = time.time()
        if now < self._latest - _STEP_SECONDS:
            self.reset()
        self._latest = now


def new_limiter() -> MovingWindowRateLimiter:
    """Return a limiter with moving windows and without any counts."""
    return MovingWindowRateLimiter(_Counts())
