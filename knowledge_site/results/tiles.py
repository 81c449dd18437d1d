"""The figures of the latest period, each with its change since the period before."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from charts import newcombe
from knowledge_site.results.times import METRICS, is_met, target_of
from knowledge_site.results.view import ResultsView
from published_results import Answers, PublishedTimes, Result, Target


@dataclass(frozen=True)
class Tile:
    """One figure: its metric, its value, what the value counts, and how it changed.

    `aim` says whether our aim was met; it is empty without an aim on the same clock.
    """

    metric: str
    value: str
    about: str = ""
    change: str = ""
    aim: str = ""
    is_met: bool = False


# Count and number of cases or answers before, and the same now.
Counts = tuple[int, int, int, int]


def tiles(view: ResultsView, result: Result) -> Iterator[Tile]:
    """Yield one tile per metric; withheld figures say so."""
    yield from _scores(view, result)
    yield from _times(view, result)
    yield from _rate(view, result)


def _scores(view: ResultsView, result: Result) -> Iterator[Tile]:
    for question in view.facts.questions:
        found = _answers(result, question.key)
        if not found:
            yield Tile(question.metric, view.word("withheld"))
            continue
        version, answers = max(found.items(), key=lambda one: one[1].n)
        earlier = _answers(view.before, question.key) if view.before else {}
        yield _score(view, answers, earlier, version)


def _answers(result: Result, question: str) -> dict[int, Answers]:
    """Return the answers to a question by version of its wording."""
    wordings = result.figures.scores.wordings if result.figures.scores else ()
    return {
        wording.version: answers
        for wording in wordings
        for answers in wording.answers
        if answers.question == question
    }


def _score(view: ResultsView, answers: Answers, earlier: dict[int, Answers], version: int) -> Tile:
    best, share = sum(answers.counts[-2:]), answers.share
    count = view.count_of(best, answers.n, None)
    return Tile(
        answers.metric,
        view.percent(share.value) if share else count,
        view.word(f"tile_{answers.question}", count=count, mean=view.number(answers.mean, 1)),
        _score_change(view, answers, earlier, version),
    )


def _score_change(
    view: ResultsView, answers: Answers, earlier: dict[int, Answers], version: int
) -> str:
    if not earlier:
        return ""
    if version not in earlier:
        return view.word("tile_wording")
    before, now = earlier[version].share, answers.share
    if not before or not now:
        return view.word("change_unknown")
    counts = before.best, before.n, now.best, now.n
    return _change(view, view.percent(before.value), counts)


def _change(view: ResultsView, before: str, counts: Counts, rising: str = "up") -> str:
    """Return the change in words; `rising` is the direction in which the share of `counts` grew."""
    interval = newcombe(*counts)
    if not interval.excludes_zero():
        return view.word("tile_none", before=before)
    falling = "down" if rising == "up" else "up"
    return view.word(f"tile_{rising if interval.low > 0 else falling}", before=before)


def _times(view: ResultsView, result: Result) -> Iterator[Tile]:
    for metric in METRICS:
        found = [one for one in result.figures.times if one.metric == metric]
        if not found:
            yield Tile(metric, view.word("withheld"))
            continue
        # The clock of our aim, or else the one that most cases have.
        target = target_of(result, metric)
        clock = target.clock if target else ""
        times = max(found, key=lambda one: (one.clock == clock, one.overall.n))
        yield _time(view, result, times, target)


def _time(view: ResultsView, result: Result, times: PublishedTimes, target: Target | None) -> Tile:
    tile = Tile(
        times.metric,
        view.duration(times.overall.median, times.clock),
        _half(view, times),
        _time_change(view, result, times),
    )
    if target is None:
        return tile
    if target.clock != times.clock:
        aimed = view.word("tile_other_clock", aimed=view.word(f"clock_{target.clock}"))
        return replace(tile, about=f"{aimed} {tile.about}")
    met = is_met(target, times.overall)
    aim = view.duration(target.seconds, target.clock)
    within = times.overall.within_target
    inside = f"{view.word('tile_within', count=view.portion(within))} " if within else ""
    return replace(
        tile,
        aim=view.word(f"aim_{'met' if met else 'missed'}", aim=aim),
        about=f" {inside}{tile.about}",
        is_met=met,
    )


def _half(view: ResultsView, times: PublishedTimes) -> str:
    clock, n = view.word(f"clock_{times.clock}"), view.number(times.overall.n)
    return view.word("tile_half", n=n, clock=clock)


def _time_change(view: ResultsView, result: Result, times: PublishedTimes) -> str:
    """Return the change of a median.

    It is called a rise or fall only if the share within the same aim changed clearly, because the
    files have no interval of the median.
    """
    if not view.before:
        return ""
    is_same_aim = target_of(view.before, times.metric) == target_of(result, times.metric)
    for before in view.before.figures.times:
        if (before.metric, before.clock) == (times.metric, times.clock):
            median = view.duration(before.overall.median, before.clock)
            was, now = before.overall.within_target, times.overall.within_target
            if not (is_same_aim and was and now):
                return view.word("tile_before", before=median)
            faster = times.overall.median < before.overall.median
            counts = was.count, was.n, now.count, now.n
            clear = newcombe(*counts)
            if (clear.low > 0 and faster) or (clear.high < 0 and not faster):
                return _change(view, median, counts, rising="down")
            return view.word("tile_none", before=median)
    return ""


def _rate(view: ResultsView, result: Result) -> Iterator[Tile]:
    found = result.figures.participation
    if not found:
        yield Tile("response_rate", view.word("withheld"))
        return
    count = view.count_of(found.answered, found.reached, None)
    value = count if found.rate is None else view.percent(found.rate)
    before, change = view.before.figures.participation if view.before else None, ""
    if before and (before.rate is None or found.rate is None):
        change = view.word("change_unknown")
    elif before and before.rate is not None:
        counts = before.answered, before.reached, found.answered, found.reached
        change = _change(view, view.percent(before.rate), counts)
    yield Tile("response_rate", value, view.word("tile_rate", count=count), change)
