"""How long it took: the median as a bar, with the number of cases and the 90th percentile."""

from xml.etree.ElementTree import Element

from charts import Labels, Mark, bars
from knowledge_site.results.shown import Shown, paragraph, part
from published_results import PublishedSpread, PublishedTimes, Result

METRICS = ("first_response_time", "resolution_time")


def times(shown: Shown) -> Element:
    """`{{ results times }}`: a picture and a table for every metric and clock."""
    result = shown.latest
    if result is None:
        return part("times", shown.nothing_yet())
    made = part("times")
    for metric in METRICS:
        for one in result.figures.times:
            if one.metric == metric:
                made.append(_picture(shown, result, one))
        for name in sorted(result.figures.withheld):
            if name.split(".")[:2] == ["times", metric]:
                made.append(_absent(shown, result, name))
    made.append(paragraph(shown.word("times_pooled", minimum=result.rules.minimum_n)))
    return made


def _absent(shown: Shown, result: Result, withheld: str) -> Element:
    """Say what is withheld, such as "times.resolution_time", or one clock of it, and why."""
    _, metric, *clocks = withheld.split(".")
    title = _title(shown, metric, *clocks)
    return paragraph(f"{title}: {shown.withheld(result, withheld).text}")


def _title(shown: Shown, metric: str, *clocks: str) -> str:
    name = shown.facts.metric(metric).name[shown.language]
    return ", ".join((name, *(shown.word(f"clock_{clock}") for clock in clocks)))


def _picture(shown: Shown, result: Result, times: PublishedTimes) -> Element:
    with_target = times.overall.within_target is not None
    headings = [shown.word(key) for key in ("case_kind", "cases", "median", "percentile_90")]
    if with_target:
        headings.append(shown.word("within_aim"))
    labels = Labels(
        key=f"results-{times.metric}-{times.clock}".replace("_", "-"),
        title=_title(shown, times.metric, times.clock),
        description=shown.word("times_description"),
        headings=tuple(headings),
    )
    rows = [(shown.word("all_kinds"), times.overall)]
    rows += [(shown.kinds(group.kinds), group) for group in times.groups]
    return bars(labels, [_mark(shown, result, label, one, times.clock) for label, one in rows])


def _mark(shown: Shown, result: Result, label: str, spread: PublishedSpread, clock: str) -> Mark:
    median = shown.duration(spread.median, clock)
    cells = [shown.number(spread.n), median, _percentile(shown, result, spread, clock)]
    if spread.within_target:
        cells.append(shown.portion(spread.within_target))
    return Mark(label=label, value=spread.median, shown=median, cells=tuple(cells))


def _percentile(shown: Shown, result: Result, spread: PublishedSpread, clock: str) -> str:
    if spread.percentile_90 is None:
        return shown.word("from_n", n=result.rules.share_minimum_n)
    return shown.duration(spread.percentile_90, clock)
