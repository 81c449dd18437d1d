"""Rate limit of failed sign-ins, per name and per client address. Unknown names count too."""

import time
from collections.abc import Iterator

from flask import Flask, current_app
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

# Enough for typing errors; about 480 guesses per name and day.
_BY_NAME = RateLimitItemPerMinute(5, 15)
# A whole company may share one address.
_BY_ADDRESS = RateLimitItemPerMinute(50, 15)
_EXTENSION = "sign_in_attempts"


def start(app: Flask) -> None:
    """Set up the rate limiter in `app`. Each process counts separately."""
    app.extensions[_EXTENSION] = MovingWindowRateLimiter(MemoryStorage())


def seconds_to_wait(name: str, address: str | None) -> int:
    """Return the seconds until this name and address may try again; 0 if they may now.

    If the address is unknown (None), only the name counts.
    """
    waits = [
        _limiter().get_window_stats(limit, subject).reset_time - time.time()
        for limit, subject in _subjects(name, address)
        if not _limiter().test(limit, subject)
    ]
    return max((int(wait) + 1 for wait in waits), default=0)


def failed(name: str, address: str | None) -> None:
    """Count a failed sign-in."""
    for limit, subject in _subjects(name, address):
        _limiter().hit(limit, subject)


def _subjects(name: str, address: str | None) -> Iterator[tuple[RateLimitItemPerMinute, str]]:
    yield _BY_NAME, f"name {name}"
    if address:
        yield _BY_ADDRESS, f"address {address}"


def _limiter() -> MovingWindowRateLimiter:
    limiter: MovingWindowRateLimiter = current_app.extensions[_EXTENSION]
    return limiter
