"""Passwords: argon2, and the same time for names nobody has."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 200
# Some 30 ms and 32 MiB a try: dear for whoever guesses, bearable for eight threads at once.
_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return what is stored of `password`. Raises ValueError if it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password needs {SHORTEST} to {LONGEST} characters")
    return _HASHER.hash(password)


def verify(password: str, stored: str | None) -> bool:
    """Return whether `password` is the stored one; without one it takes as long to say no."""
    try:
        _HASHER.verify(stored or _dummy_hash(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Return whether `stored` was hashed with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _dummy_hash() -> str:
    return _HASHER.hash("nobody signs in with this")
