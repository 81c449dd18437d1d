"""What is wrong with a value, and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass

_SHOWN = 60


@dataclass(frozen=True)
class Fault:
    """One thing that keeps a closed case out. `field` is empty when the whole row is meant.

    An `impossible` one is well written, but cannot be true: it contradicts another field, the
    calendar, or an earlier delivery.
    """

    field: str
    reason: str
    impossible: bool = False

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


class ImpossibleError(ValueError):
    """A value is well written, but cannot be true."""


class FaultyCaseError(ValueError):
    """Values that make no closed case. `faults` names every one of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(together(faults))
        self.faults = tuple(faults)


def together(faults: Sequence[Fault]) -> str:
    """Return the faults as one line."""
    return "; ".join(str(fault) for fault in faults)


def shown(text: str) -> str:
    """Return `text` in quotes, short, and without anything a terminal would obey."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
