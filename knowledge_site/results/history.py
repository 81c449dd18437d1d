"""Every period that was published, set side by side, and every correction."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from charts import Labels, Mark, bars, element, intervals
from knowledge_site.results.shown import Shown, paragraph, part
from published_results import Answers, PublishedTimes, Result

# A year: older periods are in the files.
_SHOWN = 12


def history(shown: Shown) -> Element:
    """`{{ results history }}`: a picture and a table for each figure over the last periods."""
    results = _results(shown)
    if not results:
        return part("history", shown.nothing_yet())
    return part(
        "history",
        *(_shares(shown, question.key) for question in shown.facts.questions),
        *_durations(shown),
        _rates(shown),
        paragraph(shown.word("history_reading"), " ", shown.word("history_older", count=_SHOWN)),
    )


def corrections(shown: Shown) -> Element:
    """`{{ results corrections }}`: what was corrected, when and why; the old files stay."""
    corrected = [result for result in shown.published.results if result.correction]
    if not corrected:
        return part("corrections", paragraph(shown.word("no_corrections")))
    return part("corrections", element("ul", None, *(_correction(shown, one) for one in corrected)))


def _results(shown: Shown) -> tuple[Result, ...]:
    return shown.published.newest[-_SHOWN:]


def _correction(shown: Shown, result: Result) -> Element:
    assert result.correction
    said = shown.word(
        "correction",
        period=shown.span(result.period),
        version=result.version,
        published=shown.day(result.approved.at),
        why=result.correction.why,
    )
    changes = (
        element("li", None, element("code", None, line)) for line in result.correction.changes
    )
    details = element(
        "details",
        None,
        element("summary", None, shown.word("what_changed")),
        element("ul", {"lang": "en"}, *changes),
    )
    return element("li", None, said, details)


def _shares(shown: Shown, question: str) -> Element:
    metric = shown.facts.metric(shown.facts.question(question).metric)
    labels = Labels(
        key=f"history-{question}",
        title=shown.word("history_share", metric=metric.name[shown.language], short=metric.short),
        description=f"{shown.word('share_of_best')} {metric.direction[shown.language]}",
        headings=tuple(
            shown.word(key)
            for key in ("period", "days_of", "answers", "share_of_best_short", "mean")
        ),
    )
    marks = [
        _share(shown, result, version, answers)
        for result in _results(shown)
        for version, answers in _answers(result, question)
    ]
    return intervals(labels, marks)


def _answers(result: Result, question: str) -> Iterator[tuple[str, Answers | None]]:
    """Yield the answers to each wording, named if there are several; None if all are withheld."""
    wordings = result.figures.scores.wordings if result.figures.scores else ()
    for wording in wordings:
        for answers in wording.answers:
            if answers.question == question:
                yield f" ({wording.version})" if len(wordings) > 1 else "", answers
    if not wordings:
        yield "", None


def _share(shown: Shown, result: Result, version: str, answers: Answers | None) -> Mark:
    label, days = f"{shown.weeks(result.period)}{version}", shown.span(result.period)
    if answers is None:
        withheld = shown.word("withheld")
        return Mark(label=label, value=None, shown=withheld, cells=(days, "", withheld, ""))
    mean, n = shown.number(answers.mean, 1), shown.number(answers.n)
    share = answers.share
    if share is None:
        said = shown.of(sum(answers.counts[-2:]), answers.n, None)
        return Mark(label=label, value=None, shown=said, cells=(days, n, said, mean))
    ends = f"{shown.percent(share.low)} – {shown.percent(share.high)}"
    return Mark(
        label=label,
        value=share.value,
        low=share.low,
        high=share.high,
        shown=shown.percent(share.value),
        cells=(days, n, f"{shown.percent(share.value)} ({ends})", mean),
    )


def _durations(shown: Shown) -> Iterator[Element]:
    found: dict[tuple[str, str], list[tuple[Result, PublishedTimes]]] = {}
    for result in _results(shown):
        for times in result.figures.times:
            found.setdefault((times.metric, times.clock), []).append((result, times))
    for (metric, clock), periods in sorted(found.items()):
        name = shown.facts.metric(metric).name[shown.language]
        labels = Labels(
            key=f"history-{metric}-{clock}".replace("_", "-"),
            title=f"{name}, {shown.word(f'clock_{clock}')}",
            description=shown.word("times_description"),
            headings=tuple(shown.word(key) for key in ("period", "days_of", "cases", "median")),
        )
        marks = []
        for result, times in periods:
            median = shown.duration(times.overall.median, clock)
            cells = (shown.span(result.period), shown.number(times.overall.n), median)
            label = shown.weeks(result.period)
            marks.append(Mark(label=label, value=times.overall.median, shown=median, cells=cells))
        yield bars(labels, marks)


def _rates(shown: Shown) -> Element:
    metric = shown.facts.metric("response_rate")
    labels = Labels(
        key="history-response-rate",
        title=metric.name[shown.language],
        description=metric.definition[shown.language],
        headings=tuple(
            shown.word(key) for key in ("period", "days_of", "part_reached", "part_answered")
        ),
    )
    marks = []
    for result in _results(shown):
        found, label = result.figures.participation, shown.weeks(result.period)
        days = shown.span(result.period)
        if found is None:
            withheld = shown.word("withheld")
            marks.append(Mark(label=label, value=None, shown=withheld, cells=(days, withheld, "")))
            continue
        said = shown.of(found.answered, found.reached, found.rate)
        cells = (days, shown.number(found.reached), said)
        rate = shown.percent(found.rate) if found.rate is not None else said
        marks.append(Mark(label=label, value=found.rate, shown=rate, cells=cells))
    return intervals(labels, marks)
