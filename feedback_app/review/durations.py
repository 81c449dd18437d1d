"""First response and resolution times, separately for each clock."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from feedback_app.records import Durations
from support_facts import Facts


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Median and 90th percentile (nearest rank) in seconds; the second is None for small n."""

    n: int
    median: float
    percentile_90: int | None


@dataclass(frozen=True, kw_only=True)
class Times:
    """Durations on one clock, overall and by case kind (None: no kind given)."""

    clock: str
    overall: Spread
    by_kind: tuple[tuple[str | None, Spread], ...]


def times_of(metric: str, durations: Durations, facts: Facts) -> tuple[Times, ...]:
    """Return the times of `metric`, one entry per clock."""
    clocks: dict[str, dict[str | None, Sequence[int]]] = {}
    for measured, seconds in durations.items():
        if measured.metric == metric:
            clocks.setdefault(measured.clock, {})[measured.case_kind] = seconds
    order = [kind.key for kind in facts.case_kinds]
    enough = facts.survey.share_minimum_n
    return tuple(
        Times(
            clock=clock,
            overall=spread(kinds.values(), enough),
            by_kind=tuple((kind, spread([kinds[kind]], enough)) for kind in in_order(kinds, order)),
        )
        for clock, kinds in sorted(clocks.items())
    )


def in_order(kinds: Iterable[str | None], order: list[str]) -> list[str | None]:
    """Return the kinds in `order`, then unknown ones, then None."""

    places = {kind: at for at, kind in enumerate(order)}

    def place(kind: str | None) -> tuple[bool, int, str]:
        return (kind is None, places.get(kind or "", len(order)), kind or "")

    return sorted(kinds, key=place)


def spread(groups: Collection[Sequence[int]], enough: int) -> Spread:
    """Return the spread of all seconds in `groups`, each sorted; at least one is not empty.

    The percentile needs `enough` durations.
    """
    # Sorting a concatenation of sorted lists takes linear time.
    seconds = sorted(chain.from_iterable(groups))
    n = len(seconds)
    rank = -(-9 * n // 10)
    return Spread(
        n=n,
        median=(seconds[(n - 1) // 2] + seconds[n // 2]) / 2,
        percentile_90=seconds[rank - 1] if n >= enough else None,
    )
