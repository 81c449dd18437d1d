"""Answers to the questions: the number of answers for each point."""

from collections.abc import Iterator

from charts import ChartLayout, Mark, bars
from knowledge_site.results.view import ResultsView
from published_results import Answers, PublishedWording, Result


def scores(view: ResultsView, result: Result) -> Iterator[ChartLayout]:
    """Yield a chart for every question and wording."""
    found = result.figures.scores
    for wording in found.wordings if found else ():
        for answers in wording.answers:
            yield _picture(view, result, wording, answers)


def _picture(
    view: ResultsView, result: Result, wording: PublishedWording, answers: Answers
) -> ChartLayout:
    definition = next(one for one in result.definitions if one.metric == answers.metric)
    title = view.metric_name(answers.metric)
    if result.figures.scores and len(result.figures.scores.wordings) > 1:
        title += f", {view.word('wording', version=wording.version)}"
    labels = view.labels(
        f"results-{answers.question}-{wording.version}",
        title,
        f"{view.word('answers_each_point')} {view.in_language(definition.direction)}",
        "point answers",
    )
    names = _points(view, wording, answers)
    marks = []
    for name, count in zip(names, answers.counts, strict=True):
        text = view.number(count)
        marks.append(Mark(label=name, value=count, text=text, cells=(text,)))
    return bars(labels, marks)


def _points(view: ResultsView, wording: PublishedWording, answers: Answers) -> list[str]:
    """Return number and text of every point; only the number if the text is not published."""
    numbers = range(1, len(answers.counts) + 1)
    question = view.published.wording(answers.question, wording.version)
    if question is None:
        return [str(number) for number in numbers]
    words = (view.in_language(point) for point in question.points)
    return [f"{number} · {text}" for number, text in zip(numbers, words, strict=True)]
