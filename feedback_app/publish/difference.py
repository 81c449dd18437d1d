"""The differences between two sets of figures, one line per figure."""

from collections.abc import Iterator
from typing import Any

from published_results import Figures

# The values that identify an entry of a list.
_KEYS = ("version", "question", "metric", "clock", "kinds")


def differences(before: Figures, after: Figures) -> tuple[str, ...]:
    """Return a line "place: old -> new" for every figure that differs, or that one side lacks."""
    old, new = (dict(_leaves(figures.model_dump(mode="json"))) for figures in (before, after))
    return tuple(
        f"{place}: {old.get(place, 'nothing')} -> {new.get(place, 'nothing')}"
        for place in {**old, **new}
        if old.get(place) != new.get(place)
    )


def _leaves(value: Any, *path: str) -> Iterator[tuple[str, Any]]:
    """Yield every number and text in `value` with its path."""
    if isinstance(value, list):
        value = {_name(one, number): one for number, one in enumerate(value, 1)}
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(one, *path, name)
    elif value is not None:
        yield ".".join(path), value


def _name(entry: Any, number: int) -> str:
    if not isinstance(entry, dict):
        return str(number)
    known = [entry[key] for key in _KEYS if key in entry]
    return " ".join(
        "+".join(kind or "no kind" for kind in one) if isinstance(one, list) else str(one)
        for one in known
    )
