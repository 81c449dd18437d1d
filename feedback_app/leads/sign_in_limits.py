"""Limits sign-in attempts, by name and by client address, whether or not the name exists.

The counts are those of this process. A running attempt counts until its result is known, so
parallel guesses cannot exceed a limit.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock

from flask import Flask, current_app
from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from feedback_app.records import Lead
from feedback_app.web.rate_limits import new_limiter

# A person who mistypes gets through; a machine gets a few hundred guesses a day.
_BY_NAME = RateLimitItemPerMinute(5, 15)
# A whole company may share one address.
_BY_ADDRESS = RateLimitItemPerMinute(50, 15)
# Hashing takes 30 ms of a core and 32 MiB. The other threads stay free for the survey.
_HASHED_AT_ONCE = 2
_EXTENSION = "sign_in_attempts"

_Subject = tuple[RateLimitItemPerMinute, str]


class AttemptRefused(Exception):
    """The attempt was not checked; another one may succeed after `seconds`.

    `fault` is "wait" if a name or address has no attempt left, and "busy" while others are checked.
    """

    def __init__(self, status: int, fault: str, seconds: int) -> None:
        super().__init__(fault)
        self.status, self.fault, self.seconds = status, fault, seconds
        self.minutes = -(-seconds // 60)


@dataclass
class _Attempts:
    failed: MovingWindowRateLimiter
    running: Counter[_Subject] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)
    hashing: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_HASHED_AT_ONCE))


def start(app: Flask) -> None:
    """Let `app` count failures in this process."""
    app.extensions[_EXTENSION] = _Attempts(new_limiter())


def attempt(name: str, network: str | None, check: Callable[[], Lead | None]) -> Lead | None:
    """Return the result of `check`; if it is None, the attempt has failed.

    If the client's network is not known (None), only the name counts. Raises AttemptRefused.
    """
    attempts: _Attempts = current_app.extensions[_EXTENSION]
    subjects = list(_subjects(name, network))
    _begin(attempts, subjects)
    found = None
    try:
        found = check()
    finally:
        attempts.hashing.release()
        with attempts.lock:
            attempts.running.subtract(subjects)
            attempts.running += Counter()  # drops the zeros
            for limit, subject in () if found else subjects:
                attempts.failed.hit(limit, subject)
    return found


def _begin(attempts: _Attempts, subjects: list[_Subject]) -> None:
    with attempts.lock:
        windows = [attempts.failed.get_window_stats(*subject) for subject in subjects]
        running = [attempts.running[subject] for subject in subjects]
        counted = list(zip(windows, running, strict=True))
        waits = [one.reset_time - time.time() for one, _ in counted if one.remaining <= 0]
        if waits:
            raise AttemptRefused(429, "wait", int(max(waits)) + 1)
        is_full = any(one.remaining <= parallel for one, parallel in counted)
        if is_full or not attempts.hashing.acquire(blocking=False):
            raise AttemptRefused(503, "busy", 1)
        attempts.running.update(subjects)


def _subjects(name: str, network: str | None) -> Iterator[_Subject]:
    yield _BY_NAME, f"name {name}"
    if network:
        yield _BY_ADDRESS, f"address {network}"
