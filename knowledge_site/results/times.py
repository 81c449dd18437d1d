"""Durations: the median as a bar, with the number of cases and the 90th percentile."""

from xml.etree.ElementTree import Element

from charts import Labels, Mark, bars
from knowledge_site.results.view import ResultsView, paragraph, section
from published_results import PublishedSpread, PublishedTimes, Result

METRICS = ("first_response_time", "resolution_time")


def times(view: ResultsView) -> Element:
    """`{{ results times }}`: a chart and a table for every metric and clock."""
    result = view.latest
    if result is None:
        return section("times", view.no_figures())
    made = section("times")
    for metric in METRICS:
        for one in result.figures.times:
            if one.metric == metric:
                made.append(_picture(view, result, one))
        for name in sorted(result.figures.withheld):
            if name.split(".")[:2] == ["times", metric]:
                made.append(_absent(view, result, name))
    made.append(paragraph(view.word("times_pooled", minimum=result.rules.minimum_n)))
    return made


def _absent(view: ResultsView, result: Result, withheld: str) -> Element:
    """Return a sentence that names a withheld figure and the reason."""
    _, metric, *clocks = withheld.split(".")
    return paragraph(f"{title(view, metric, *clocks)}: {view.withheld(result, withheld).text}")


def title(view: ResultsView, metric: str, *clocks: str) -> str:
    """Return the name of a metric and of the clock that it is measured on, if any."""
    name = view.facts.metric(metric).name[view.language]
    return ", ".join((name, *(view.word(f"clock_{clock}") for clock in clocks)))


def _picture(view: ResultsView, result: Result, times: PublishedTimes) -> Element:
    with_target = times.overall.within_target is not None
    headings = [view.word(key) for key in ("case_kind", "cases", "median", "percentile_90")]
    if with_target:
        headings.append(view.word("within_aim"))
    labels = Labels(
        key=f"results-{times.metric}-{times.clock}".replace("_", "-"),
        title=title(view, times.metric, times.clock),
        description=view.word("times_description"),
        headings=tuple(headings),
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
