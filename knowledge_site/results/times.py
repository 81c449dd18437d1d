"""Durations: the median as a bar, with the number of cases and the 90th percentile."""

from collections.abc import Iterator

from charts import ChartLayout, Mark, bars
from knowledge_site.results.view import ResultsView
from published_results import PublishedSpread, PublishedTimes, Result, Target

METRICS = ("first_response_time", "resolution_time")


def times(view: ResultsView, result: Result) -> Iterator[ChartLayout]:
    """Yield a chart for every metric and clock."""
    for one in sorted(result.figures.times, key=lambda one: METRICS.index(one.metric)):
        yield _picture(view, result, one)


def target_of(result: Result, metric: str) -> Target | None:
    """Return the target of a metric when the result was published."""
    return next((one for one in result.rules.targets if one.metric == metric), None)


def is_met(target: Target, spread: PublishedSpread) -> bool:
    """Return whether at least half of the cases met the target."""
    if within := spread.within_target:
        return 2 * within.count >= within.n
    return spread.median <= target.seconds


def _picture(view: ResultsView, result: Result, times: PublishedTimes) -> ChartLayout:
    within = " within_aim" if times.overall.within_target else ""
    labels = view.labels(
        f"results-{times.metric}-{times.clock}",
        view.clocked(times.metric, times.clock),
        view.word("times_description"),
        f"case_kind cases median percentile_90{within}",
    )
    rows = [(view.word("all_kinds"), times.overall)]
    rows += [(view.kind_names(group.kinds), group) for group in times.groups]
    return bars(labels, [_mark(view, result, label, one, times.clock) for label, one in rows])


def _mark(
    view: ResultsView, result: Result, label: str, spread: PublishedSpread, clock: str
) -> Mark:
    median = view.duration(spread.median, clock)
    cells = [view.number(spread.n), median, _percentile(view, result, spread, clock)]
    if spread.within_target:
        cells.append(view.portion(spread.within_target))
    return Mark(label=label, value=spread.median, text=median, cells=tuple(cells))


def _percentile(view: ResultsView, result: Result, spread: PublishedSpread, clock: str) -> str:
    if spread.percentile_90 is None:
        return view.word("from_n", n=result.rules.share_minimum_n)
    return view.duration(spread.percentile_90, clock)
