"""Keep a test from passing because there was nothing to check."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def some(found: Iterable[T]) -> list[T]:
    """Return the items as a list. Raises AssertionError if there are none."""
    items = list(found)
    assert items, "there is nothing to check"
    return items
