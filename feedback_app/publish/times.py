"""Durations by case kind, grouped so that every group has enough cases."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from feedback_app.records import Durations
from feedback_app.review.durations import spread
from published_results import Portion, PublishedGroup, PublishedSpread, PublishedTimes, Rules

Kinds = tuple[str, ...]
# The seconds of the cases of each kind; "" if none was given.
ByKind = Mapping[str, Sequence[int]]

METRICS = ("first_response_time", "resolution_time")


def times_of(
    durations: Durations, rules: Rules, earlier: Sequence[tuple[PublishedTimes, ...]] = ()
) -> tuple[PublishedTimes, ...]:
    """Return the durations of every metric on every clock that has enough cases.

    A later version has the same groups as the first of the `earlier` versions, or none, because
    two different groupings could be subtracted.
    """
    return tuple(
        _times(metric, clock, measured, rules, earlier)
        for metric in METRICS
        for clock, measured in _by_clock(durations, metric)
        if _number(measured) >= rules.minimum_n
    )


def too_few_for(durations: Durations, rules: Rules) -> Iterator[str]:
    """Yield each metric with too few cases on every clock, or metric.clock for a single clock."""
    for metric in METRICS:
        clocks = {clock: _number(measured) for clock, measured in _by_clock(durations, metric)}
        few = [clock for clock, n in clocks.items() if n < rules.minimum_n]
        if len(few) == len(clocks):
            yield metric
        else:
            yield from (f"{metric}.{clock}" for clock in few)


def _by_clock(durations: Durations, metric: str) -> list[tuple[str, ByKind]]:
    """Return the durations of a metric on each clock."""
    clocks: dict[str, dict[str, Sequence[int]]] = {}
    for measured, seconds in durations.items():
        if measured.metric == metric:
            clocks.setdefault(measured.clock, {})[measured.case_kind or ""] = seconds
    return sorted(clocks.items())


def _number(measured: ByKind) -> int:
    return sum(map(len, measured.values()))


def _times(
    metric: str,
    clock: str,
    measured: ByKind,
    rules: Rules,
    earlier: Sequence[tuple[PublishedTimes, ...]],
) -> PublishedTimes:
    counts = Counter({kind: len(seconds) for kind, seconds in measured.items()})
    place = (metric, clock)
    before = [one for version in earlier for one in version if (one.metric, one.clock) == place]
    split = (
        _same_split(before[0], counts, rules.minimum_n)
        if before
        else split_kinds(counts, rules.minimum_n)
    )
    targets = {(target.metric, target.clock): target.seconds for target in rules.targets}

    def spread_of(kinds: Iterable[str]) -> PublishedSpread:
        found = [measured[kind] for kind in kinds if kind in measured]
        return _spread(found, targets.get(place), rules)

    return PublishedTimes(
        metric=metric,
        clock=clock,
        overall=spread_of(counts),
        groups=tuple(PublishedGroup(kinds=kinds, **dict(spread_of(kinds))) for kinds in split),
    )


def split_kinds(counts: Counter[str], minimum: int) -> tuple[Kinds, ...]:
    """Return the kinds in groups of at least `minimum` cases, or no groups if only one remains.

    Kinds with enough cases form their own group. The others are pooled; if the pool is still too
    small, the smallest other groups join it, because a remainder could be computed by subtraction.
    """
    by_size = sorted(counts, key=lambda kind: (counts[kind], kind))
    pool = [kind for kind in by_size if counts[kind] < minimum]
    alone = [kind for kind in by_size if counts[kind] >= minimum]
    while pool and alone and sum(counts[kind] for kind in pool) < minimum:
        pool.append(alone.pop(0))
    groups: list[Kinds] = [(kind,) for kind in sorted(alone)]
    if pool:
        groups.append(tuple(sorted(pool)))
    return tuple(groups) if len(groups) > 1 else ()


def _same_split(stated: PublishedTimes, counts: Counter[str], minimum: int) -> tuple[Kinds, ...]:
    """Return the groups of the earlier version if all are large enough, else no groups."""
    split = tuple(group.kinds for group in stated.groups)
    known = {kind for kinds in split for kind in kinds}
    enough = all(sum(counts[kind] for kind in kinds) >= minimum for kinds in split)
    return split if enough and known >= set(counts) else ()


def _spread(groups: Collection[Sequence[int]], target: int | None, rules: Rules) -> PublishedSpread:
    found = spread(groups, rules.share_minimum_n)
    within = None
    if target is not None:
        in_time = sum(bisect_right(seconds, target) for seconds in groups)
        within = portion(in_time, found.n, rules)
    return PublishedSpread(
        n=found.n,
        median=found.median,
        percentile_90=None if found.percentile_90 is None else float(found.percentile_90),
        within_target=within,
    )


def portion(count: int, n: int, rules: Rules) -> Portion:
    """Return `count` of `n`, with its share if n is at least `share_minimum_n`."""
    share = round(count / n, 4) if n >= max(1, rules.share_minimum_n) else None
    return Portion(count=count, n=n, share=share)
