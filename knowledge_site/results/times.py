"""How long it took: the median as a bar, with the number of cases and the 90th percentile."""

from xml.etree.ElementTree import Element

from knowledge_site.charts import Labels, Mark, bars
from knowledge_site.results.shown import Shown, paragraph, part
from published_results.figures import Spread, Times
from published_results.result import Result

METRICS = ("first_response_time", "resolution_time")


def times(shown: Shown) -> Element:
    """`{{ results times }}`: a picture and a table for every metric and clock."""
    result = shown.latest
    if result is None:
        return part("times", shown.nothing_yet())
    made = part("times")
    for metric in METRICS:
        found = [one for one in result.figures.times if one.metric == metric]
        for one in found:
            made.append(_picture(shown, result, one))
        if not found:
            made.append(_absent(shown, result, metric))
    made.append(paragraph(shown.word("times_pooled", minimum=result.rules.minimum_n)))
    return made


def _absent(shown: Shown, result: Result, metric: str) -> Element:
    names = [name for name in result.figures.withheld if name.startswith(f"times.{metric}")]
    name = shown.facts.metric(metric).name[shown.language]
    why = shown.withheld(result, names[0] if names else f"times.{metric}")
    return paragraph(f"{name}: {why.text}")


def _picture(shown: Shown, result: Result, times: Times) -> Element:
    name = shown.facts.metric(times.metric).name[shown.language]
    with_target = times.overall.within_target is not None
    headings = [shown.word(key) for key in ("case_kind", "cases", "median", "percentile_90")]
    if with_target:
        headings.append(shown.word("within_aim"))
    labels = Labels(
        key=f"results-{times.metric}-{times.clock}".replace("_", "-"),
        title=f"{name}, {shown.word(f'clock_{times.clock}')}",
        description=shown.word("times_description"),
        headings=tuple(headings),
    )
    rows = [(shown.word("all_kinds"), times.overall)]
    rows += [(shown.kinds(group.kinds), group) for group in times.groups]
    return bars(labels, [_mark(shown, result, label, one, times.clock) for label, one in rows])


def _mark(shown: Shown, result: Result, label: str, spread: Spread, clock: str) -> Mark:
    median = shown.duration(spread.median, clock)
    cells = [shown.number(spread.n), median, _percentile(shown, result, spread, clock)]
    if spread.within_target:
        cells.append(shown.portion(spread.within_target))
    return Mark(label=label, value=spread.median, shown=median, cells=tuple(cells))


def _percentile(shown: Shown, result: Result, spread: Spread, clock: str) -> str:
    if spread.percentile_90 is None:
        return shown.word("from_n", n=result.rules.share_minimum_n)
    return shown.duration(spread.percentile_90, clock)
