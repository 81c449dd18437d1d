"""What differs between two sets of figures, one line a figure, named by where it stands."""

from collections.abc import Iterator
from typing import Any

from published_results import Figures

# By which of its values an entry of a list is told from the next.
_NAMES = ("version", "question", "metric", "clock", "kinds")


def differences(before: Figures, after: Figures) -> tuple[str, ...]:
    """Return a line for every figure that is not the same in both, and for each that one lacks."""
    old, new = (dict(_leaves(figures.model_dump(mode="json"), "")) for figures in (before, after))
    return tuple(
        f"{place}: {_said(old, place)} -> {_said(new, place)}"
        for place in {**old, **new}
        if old.get(place) != new.get(place)
    )


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    start = f"{place}." if place else ""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(one, f"{start}{name}")
    elif isinstance(value, list):
        for number, one in enumerate(value, 1):
            yield from _leaves(one, f"{start}{_name(one, number)}")
    elif value is not None:
        yield place, value


def _name(entry: Any, number: int) -> str:
    known = [entry[name] for name in _NAMES if name in entry] if isinstance(entry, dict) else []
    if not known:
        return str(number)
    return " ".join(
        "+".join(kind or "no kind" for kind in one) if isinstance(one, list) else str(one)
        for one in known
    )


def _said(values: dict[str, Any], place: str) -> str:
    return str(values.get(place, "nothing"))
