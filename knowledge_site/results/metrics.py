"""The latest values of a metric, for the table of metrics."""

from collections.abc import Iterator

from knowledge_site.results.view import ResultsView
from published_results import Result


def measured(view: ResultsView, metric: str) -> Iterator[str]:
    """Yield the values of a metric in the latest period, one per clock or wording."""
    if view.latest is None:
        return
    yield from _times(view, view.latest, metric)
    yield from _scores(view, view.latest, metric)
    found = view.latest.figures.participation
    if metric == "response_rate" and found:
        yield view.count_of(found.answered, found.reached, found.rate)


def _times(view: ResultsView, result: Result, metric: str) -> Iterator[str]:
    for times in result.figures.times:
        if times.metric != metric:
            continue
        text = view.word(
            "measured_times",
            median=view.duration(times.overall.median, times.clock),
            clock=view.word(f"clock_{times.clock}"),
            n=view.number(times.overall.n),
        )
        within = times.overall.within_target
        if within:
            text += view.word("measured_within", count=view.portion(within))
        yield text


def _scores(view: ResultsView, result: Result, metric: str) -> Iterator[str]:
    for wording in result.figures.scores.wordings if result.figures.scores else ():
        for answers in wording.answers:
            if answers.metric == metric:
                share = answers.share.value if answers.share else None
                best = view.count_of(sum(answers.counts[-2:]), answers.n, share)
                mean = view.number(answers.mean, 1)
                yield view.word("measured_scores", mean=mean, best=best)
