"""Password hashing with argon2. Unknown names take as long to check as known ones."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from feedback_app.base.text import clean

# NIST SP 800-63B-4, section 3.1.1.2, for a password without a second factor.
SHORTEST = 15
LONGEST = 200
# About 30 ms and 32 MiB per attempt: expensive to guess, affordable for eight threads.
_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return the hash to store. Raises ValueError if `password` is too short or too long."""
    password = clean(password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password needs {SHORTEST} to {LONGEST} characters")
    return _HASHER.hash(password)


def verify(password: str, stored: str | None) -> bool:
    """Return whether `password` matches the hash `stored`.

    Without a hash the result is False, after the same time.
    """
    try:
        _HASHER.verify(stored or _dummy_hash(), clean(password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Return whether `stored` was hashed with outdated parameters."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _dummy_hash() -> str:
    return _HASHER.hash("nobody signs in with this")
