"""One wording in every language, and the error that names what to mend."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

Value = TypeVar("Value")


class FactsError(ValueError):
    """Facts that cannot be used; `faults` holds every reason as one line each."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class FrozenMapping(Mapping[str, Value]):
    """A mapping that keeps its order, cannot be changed, and can be hashed."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Value]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> Value:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(tuple(self._items.items()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"


class Text(FrozenMapping[str]):
    """One wording in every language of the facts: `text["en"]`, `text["de"]`."""

    __slots__ = ()
