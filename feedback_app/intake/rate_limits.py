"""How many requests a minute: for each sender all of them, for each address those that fail."""

import math
import time
from http import HTTPStatus

from flask import current_app
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from feedback_app.intake.problems import ProblemError
from feedback_app.web.client_address import client_address
from feedback_app.web.request import program

# A whole company may sit behind one address, so only what fails counts against it.
FAILURES_A_MINUTE = 60
EXTENSION = "intake_rates"


def spend(sender: str) -> None:
    """Count one request of this sender. Raises ProblemError when its minute is spent."""
    _spend("sender", sender, program().settings.api_requests_per_minute)


def spend_failure() -> None:
    """Count one refused request of this address, if it is known.

    Raises ProblemError when there were too many.
    """
    if address := client_address():
        _spend("failure", address, FAILURES_A_MINUTE)


def _spend(what: str, who: str, limit: int) -> None:
    limiter: MovingWindowRateLimiter = current_app.extensions[EXTENSION]
    item = RateLimitItemPerMinute(limit)
    if not limiter.hit(item, what, who):
        wait = limiter.get_window_stats(item, what, who).reset_time - time.time()
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"more than {limit} requests a minute: wait, and send again what was refused",
            headers={"Retry-After": str(max(1, math.ceil(wait)))},
        )


def start() -> MovingWindowRateLimiter:
    """Return a limiter that counts in this process."""
    return MovingWindowRateLimiter(MemoryStorage())
