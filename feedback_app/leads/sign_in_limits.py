"""Sign-ins that failed are slowed, by name and by address, whether or not the name exists."""

import time
from collections.abc import Iterator

from flask import Flask, current_app
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

# A person who mistypes gets through; a machine gets some hundred guesses a day.
_BY_NAME = RateLimitItemPerMinute(5, 15)
# A whole company may sit behind one address.
_BY_ADDRESS = RateLimitItemPerMinute(50, 15)
_EXTENSION = "sign_in_attempts"


def start(app: Flask) -> None:
    """Let `app` count failures in this process."""
    app.extensions[_EXTENSION] = MovingWindowRateLimiter(MemoryStorage())


def seconds_to_wait(name: str, address: str | None) -> int:
    """Return for how long this name or address has no try left; 0 if it has.

    Where the address is not known (None), names alone count.
    """
    waits = [
        _limiter().get_window_stats(limit, subject).reset_time - time.time()
        for limit, subject in _subjects(name, address)
        if not _limiter().test(limit, subject)
    ]
    return max((int(wait) + 1 for wait in waits), default=0)


def failed(name: str, address: str | None) -> None:
    """Count a failure."""
    for limit, subject in _subjects(name, address):
        _limiter().hit(limit, subject)


def _subjects(name: str, address: str | None) -> Iterator[tuple[RateLimitItemPerMinute, str]]:
    yield _BY_NAME, f"name {name}"
    if address:
        yield _BY_ADDRESS, f"address {address}"


def _limiter() -> MovingWindowRateLimiter:
    limiter: MovingWindowRateLimiter = current_app.extensions[_EXTENSION]
    return limiter
