"""A later version of a period may not give away what the earlier one hid.

Whoever has two versions can subtract them. What remains are the few cases or answers that were
added, removed or changed, and a figure about few is just what is withheld. So a block of figures
is stated again only if it is exactly the same, or if it differs by enough from every earlier
statement of it.
"""

from collections.abc import Sequence

from published_results import (
    Conduct,
    Figures,
    Part,
    Participation,
    Portion,
    PublishedScores,
    PublishedSpread,
    PublishedTimes,
    Reason,
)

# What is stated: a record of figures, and how many cases or answers fall into each of its parts.
Statement = tuple[Part, list[int]]
Block = Participation | PublishedScores | PublishedTimes | Conduct


def without_small_changes(figures: Figures, earlier: Sequence[Figures], minimum: int) -> Figures:
    """Return `figures` less every block that differs too little from an `earlier` statement."""
    withheld: dict[str, Reason] = dict(figures.withheld)

    def keeps(name: str, now: Block | None, before: Sequence[Block | None]) -> bool:
        if now is None or all(_may_stand(now, one, minimum) for one in before if one):
            return True
        withheld[name] = "small_change"
        return False

    kept = {
        name: block
        for name in ("participation", "scores", "conduct")
        if keeps(name, block := getattr(figures, name), [getattr(one, name) for one in earlier])
    }
    times = [
        one
        for one in figures.times
        if keeps(
            f"times.{one.metric}.{one.clock}",
            one,
            [
                other
                for version in earlier
                for other in version.times
                if (other.metric, other.clock) == (one.metric, one.clock)
            ],
        )
    ]
    if "conduct" not in kept:
        withheld.pop("conduct.contacted", None)
    return Figures(
        participation=kept.get("participation"),
        scores=kept.get("scores"),
        times=tuple(times),
        conduct=kept.get("conduct"),
        withheld=withheld,
    )


def _may_stand(now: Block, before: Block, minimum: int) -> bool:
    stated = _statements(before)
    return all(
        _same_or_far(statement, stated[name], minimum)
        for name, statement in _statements(now).items()
        if name in stated
    )


def _same_or_far(now: Statement, before: Statement, minimum: int) -> bool:
    (figures, cells), (earlier, earlier_cells) = now, before
    if len(cells) != len(earlier_cells):
        # One of them had an aim and the other had none: what both state is compared.
        figures, earlier = _without_aim(figures), _without_aim(earlier)
        cells, earlier_cells = [sum(cells)], [sum(earlier_cells)]
    if figures == earlier:
        return True
    changes = [one - other for one, other in zip(cells, earlier_cells, strict=True)]
    added = sum(change for change in changes if change > 0)
    removed = -sum(change for change in changes if change < 0)
    # A median that moves while no count does would give single durations away.
    return bool(added or removed) and all(part == 0 or part >= minimum for part in (added, removed))


def _without_aim(figures: Part) -> Part:
    return figures.model_copy(update={"within_target": None})


def _statements(block: Block) -> dict[object, Statement]:
    """Return what `block` states, by what it is about."""
    if isinstance(block, Participation):
        silent = block.reached - block.answered
        cells = [block.not_asked, block.not_delivered, block.bounced, silent, block.answered]
        return {"": (block, cells)}
    if isinstance(block, PublishedScores):
        return {
            (wording.version, answers.question): (answers, list(answers.counts))
            for wording in block.wordings
            for answers in wording.answers
        }
    if isinstance(block, Conduct):
        portions = {"read": block.read, "contacted": block.contacted}
        return {name: (one, _portion_cells(one)) for name, one in portions.items() if one}
    spreads: dict[object, PublishedSpread] = {
        "": block.overall,
        **{group.kinds: group for group in block.groups},
    }
    return {kinds: (spread, _spread_cells(spread)) for kinds, spread in spreads.items()}


def _spread_cells(spread: PublishedSpread) -> list[int]:
    return _portion_cells(spread.within_target) if spread.within_target else [spread.n]


def _portion_cells(portion: Portion) -> list[int]:
    return [portion.count, portion.n - portion.count]
