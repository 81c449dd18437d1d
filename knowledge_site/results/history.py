"""Charts of the last published periods."""

from collections.abc import Iterator

from charts import ChartLayout, Mark, bars, dots, wilson
from knowledge_site.results.view import ResultsView
from published_results import Answers, PublishedTimes, Result


def history(view: ResultsView) -> Iterator[ChartLayout]:
    """Yield a chart for each figure of the last periods."""
    for question in view.facts.questions:
        yield _shares(view, question.key)
    yield from _durations(view)
    yield _rates(view)


def _shares(view: ResultsView, question: str) -> ChartLayout:
    metric = view.facts.metric(view.facts.question(question).metric)
    labels = view.labels(
        f"history-{question}",
        view.metric_name(metric.key),
        f"{view.word('share_of_best')} {metric.direction[view.language]}",
        "period days_of answers share_of_best_short mean",
    )
    marks = [
        _share(view, result, version, answers)
        for result in view.shown
        for version, answers in _answers(result, question)
    ]
    return dots(labels, marks, view.language)


def _answers(result: Result, question: str) -> Iterator[tuple[str, Answers | None]]:
    """Yield a label and the answers for each wording; None if all are withheld."""
    wordings = result.figures.scores.wordings if result.figures.scores else ()
    for wording in wordings:
        for answers in wording.answers:
            if answers.question == question:
                yield f" ({wording.version})" if len(wordings) > 1 else "", answers
    if not wordings:
        yield "", None


def _share(view: ResultsView, result: Result, version: str, answers: Answers | None) -> Mark:
    label, days = f"{view.last_day(result)}{version}", view.date_range(result.period)
    if answers is None:
        withheld = view.word("withheld")
        return Mark(label=label, value=None, text=withheld, cells=(days, "", withheld, ""))
    mean, n = view.number(answers.mean, 1), view.number(answers.n)
    share = answers.share
    if share is None:
        count = view.count_of(sum(answers.counts[-2:]), answers.n, None)
        return Mark(label=label, value=None, text=count, cells=(days, n, count, mean))
    ends = f"{view.percent(share.low)} – {view.percent(share.high)}"
    return Mark(
        label=label,
        value=share.value,
        low=share.low,
        high=share.high,
        text=view.percent(share.value),
        cells=(days, n, f"{view.percent(share.value)} ({ends})", mean),
    )


def _durations(view: ResultsView) -> Iterator[ChartLayout]:
    found: dict[tuple[str, str], list[tuple[Result, PublishedTimes]]] = {}
    for result in view.shown:
        for times in result.figures.times:
            found.setdefault((times.metric, times.clock), []).append((result, times))
    for (metric, clock), periods in sorted(found.items()):
        labels = view.labels(
            f"history-{metric}-{clock}",
            view.clocked(metric, clock),
            view.word("times_description"),
            "period days_of cases median",
        )
        marks = []
        for result, times in periods:
            median = view.duration(times.overall.median, clock)
            cells = (view.date_range(result.period), view.number(times.overall.n), median)
            label = view.last_day(result)
            marks.append(Mark(label=label, value=times.overall.median, text=median, cells=cells))
        yield bars(labels, marks)


def _rates(view: ResultsView) -> ChartLayout:
    metric = view.facts.metric("response_rate")
    labels = view.labels(
        "history-response-rate",
        metric.name[view.language],
        metric.definition[view.language],
        "period days_of part_reached part_answered",
    )
    return dots(labels, [_rate(view, result) for result in view.shown], view.language)


def _rate(view: ResultsView, result: Result) -> Mark:
    found, label = result.figures.participation, view.last_day(result)
    days = view.date_range(result.period)
    if found is None:
        withheld = view.word("withheld")
        return Mark(label=label, value=None, text=withheld, cells=(days, withheld, ""))
    count = view.count_of(found.answered, found.reached, found.rate)
    cells = (days, view.number(found.reached), count)
    if found.rate is None:
        return Mark(label=label, value=None, text=count, cells=cells)
    text, ends = view.percent(found.rate), wilson(found.answered, found.reached)
    return Mark(label=label, value=found.rate, low=ends.low, high=ends.high, text=text, cells=cells)
