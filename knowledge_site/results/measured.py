"""The metrics table with what was last measured beside each aim."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from charts import Child, element
from knowledge_site.fill import tables
from knowledge_site.results.shown import Shown
from published_results import Result

RESULTS_PAGE = "how-we-are-doing.md"


def metrics(shown: Shown) -> Element:
    """`{{ table metrics }}`: aim, last measured, definition, formula, what does not count."""
    return tables.metrics(
        shown.facts,
        shown.language,
        lambda metric: [_note(shown, said) for said in _measured(shown, metric.key)],
    )


def _note(shown: Shown, said: str) -> Element:
    assert shown.latest
    period = f" ({shown.span(shown.latest.period)})"
    label: list[Child] = [f"{shown.word('measured')}: ", said]
    if shown.latest.sample:
        label.insert(0, f"{shown.word('sample_data')} ")
    link = element("a", {"href": RESULTS_PAGE}, period.strip())
    return element("span", {"class": "note"}, *label, " ", link)


def _measured(shown: Shown, metric: str) -> Iterator[str]:
    """Yield what was measured of a metric in the latest period, once for each clock or wording."""
    if shown.latest is None:
        return
    yield from _times(shown, shown.latest, metric)
    yield from _scores(shown, shown.latest, metric)
    found = shown.latest.figures.participation
    if metric == "response_rate" and found:
        yield shown.of(found.answered, found.reached, found.rate)


def _times(shown: Shown, result: Result, metric: str) -> Iterator[str]:
    for times in result.figures.times:
        if times.metric != metric:
            continue
        said = shown.word(
            "measured_times",
            median=shown.duration(times.overall.median, times.clock),
            clock=shown.word(f"clock_{times.clock}"),
            n=shown.number(times.overall.n),
        )
        within = times.overall.within_target
        if within:
            said += shown.word("measured_within", count=shown.portion(within))
        yield said


def _scores(shown: Shown, result: Result, metric: str) -> Iterator[str]:
    for wording in result.figures.scores.wordings if result.figures.scores else ():
        for answers in wording.answers:
            if answers.metric == metric:
                share = answers.share.value if answers.share else None
                best = shown.of(sum(answers.counts[-2:]), answers.n, share)
                mean = shown.number(answers.mean, 1)
                yield shown.word("measured_scores", mean=mean, best=best)
