"""Rate limits per minute: all requests of a sender, and failed requests of a client address."""

import math
import time
from http import HTTPStatus

from flask import current_app
from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from feedback_app.intake.problem_details import ProblemError
from feedback_app.web.client_address import client_network
from feedback_app.web.request import program

# A whole company can share one address, so only failed requests count against it.
FAILURES_PER_MINUTE = 60
EXTENSION = "intake_rates"


def count_request(sender: str) -> None:
    """Count one request of this sender. Raises ProblemError if the rate limit is exceeded."""
    _count("sender", sender, program().settings.api_requests_per_minute)


def count_failure() -> None:
    """Count one failed request of this client address, if it is known.

    Raises ProblemError if the rate limit is exceeded.
    """
    if address := client_network():
        _count("failure", address, FAILURES_PER_MINUTE)


def _count(kind: str, key: str, limit: int) -> None:
    limiter: MovingWindowRateLimiter = current_app.extensions[EXTENSION]
    item = RateLimitItemPerMinute(limit)
    if not limiter.hit(item, kind, key):
        wait = limiter.get_window_stats(item, kind, key).reset_time - time.time()
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"rate limit of {limit} requests per minute exceeded; retry the refused requests later",
            headers={"Retry-After": str(max(1, math.ceil(wait)))},
        )
