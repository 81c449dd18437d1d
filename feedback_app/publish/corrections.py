"""Keep a later version of a period from revealing what the earlier versions withheld.

Subtracting two versions leaves the few cases or answers that were added, removed or changed, which
is a figure about too few. So a later version repeats a block of figures only if each of its figures
is unchanged, or differs from every earlier version by enough cases or answers.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from published_results import (
    Conduct,
    Figures,
    Part,
    Participation,
    Portion,
    PublishedScores,
    PublishedSpread,
    PublishedTimes,
    WithheldReason,
)


class _Statement(NamedTuple):
    """One published figure, and how many cases or answers are in each of its disjoint parts."""

    figure: Part
    parts: list[int]


def without_small_changes(figures: Figures, earlier: Sequence[Figures], minimum: int) -> Figures:
    """Return `figures` without blocks that differ too little from one of the `earlier` versions."""
    before = [_statements(version) for version in earlier]
    small: dict[str, WithheldReason] = {
        block: "small_change"
        for (block, place), statement in _statements(figures).items()
        for version in before
        if (old := version.get((block, place))) and not _same_or_far(statement, old, minimum)
    }
    withheld = {**figures.withheld, **small}
    if "conduct" in small:
        withheld.pop("conduct.contacted", None)
    return Figures(
        participation=None if "participation" in small else figures.participation,
        scores=None if "scores" in small else figures.scores,
        times=tuple(times for times in figures.times if _name(times) not in small),
        conduct=None if "conduct" in small else figures.conduct,
        withheld=withheld,
    )


def _same_or_far(now: _Statement, before: _Statement, minimum: int) -> bool:
    if len(now.parts) != len(before.parts):
        # Only one of them has a target, so only what both versions state is compared.
        now, before = _without_target(now), _without_target(before)
    if now.figure == before.figure:
        return True
    changes = [new - old for new, old in zip(now.parts, before.parts, strict=True)]
    added = sum(change for change in changes if change > 0)
    removed = -sum(change for change in changes if change < 0)
    # If only the median moved, it would reveal single durations.
    return bool(added or removed) and all(part == 0 or part >= minimum for part in (added, removed))


def _without_target(statement: _Statement) -> _Statement:
    figure = statement.figure.model_copy(update={"within_target": None})
    return _Statement(figure, [sum(statement.parts)])


def _statements(figures: Figures) -> dict[tuple[str, Hashable], _Statement]:
    """Return every figure by its block and its place in the block."""
    found: dict[tuple[str, Hashable], _Statement] = {}
    if figures.participation:
        found["participation", ""] = _participation(figures.participation)
    if figures.scores:
        found |= {("scores", place): one for place, one in _scores(figures.scores)}
    for times in figures.times:
        found |= {(_name(times), place): one for place, one in _times(times)}
    if figures.conduct:
        found |= {("conduct", place): one for place, one in _conduct(figures.conduct)}
    return found


def _name(times: PublishedTimes) -> str:
    return f"times.{times.metric}.{times.clock}"


def _participation(part: Participation) -> _Statement:
    silent = part.reached - part.answered
    parts = [part.not_asked, part.not_delivered, part.bounced, silent, part.answered]
    return _Statement(part, parts)


def _scores(scores: PublishedScores) -> Iterator[tuple[Hashable, _Statement]]:
    for wording in scores.wordings:
        for answers in wording.answers:
            yield (wording.version, answers.question), _Statement(answers, list(answers.counts))


def _times(times: PublishedTimes) -> Iterator[tuple[Hashable, _Statement]]:
    yield "", _spread(times.overall)
    for group in times.groups:
        yield group.kinds, _spread(group)


def _spread(spread: PublishedSpread) -> _Statement:
    within = spread.within_target
    return _Statement(spread, _parts(within) if within else [spread.n])


def _conduct(conduct: Conduct) -> Iterator[tuple[Hashable, _Statement]]:
    for name, portion in (("read", conduct.read), ("contacted", conduct.contacted)):
        if portion:
            yield name, _Statement(portion, _parts(portion))


def _parts(portion: Portion) -> list[int]:
    return [portion.count, portion.n - portion.count]
