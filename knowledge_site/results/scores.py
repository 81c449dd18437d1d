"""Answers to the questions: counts per point, the mean, and the share with its interval."""

from xml.etree.ElementTree import Element

from charts import Labels, Mark, bars
from knowledge_site.results.view import ResultsView, paragraph, section
from published_results import Answers, PublishedWording, Result


def scores(view: ResultsView) -> Element:
    """`{{ results scores }}`: a chart and a table for every question, and what is excluded."""
    result = view.latest
    if result is None:
        return section("scores", view.no_figures())
    found = result.figures.scores
    if found is None:
        return section("scores", view.withheld(result, "scores"))
    made = section("scores")
    for wording in found.wordings:
        for answers in wording.answers:
            made.append(_picture(view, result, wording, answers, len(found.wordings) > 1))
            made.append(paragraph(_summary(view, answers)))
    left_out = view.word(
        "scores_left_out",
        flagged=view.number(found.flagged),
        annulled=view.number(found.annulled),
        other=view.number(found.other_wording),
    )
    made.append(paragraph(left_out))
    return made


def _picture(
    view: ResultsView, result: Result, wording: PublishedWording, answers: Answers, several: bool
) -> Element:
    definition = next(one for one in result.definitions if one.metric == answers.metric)
    title = f"{view.in_language(definition.name)} ({definition.short})"
    if several:
        title += f", {view.word('wording', version=wording.version)}"
    labels = Labels(
        key=f"results-{answers.question}-{wording.version}",
        title=title,
        description=f"{view.word('answers_each_point')} {view.in_language(definition.direction)}",
        headings=(view.word("point"), view.word("answers")),
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


def _summary(view: ResultsView, answers: Answers) -> str:
    text = view.word(
        "scores_summary",
        n=view.number(answers.n),
        mean=view.number(answers.mean, 1),
        best=view.count_of(sum(answers.counts[-2:]), answers.n, None),
    )
    share = answers.share
    if share is None:
        return f"{text} {view.word('no_share', n=view.facts.survey.share_minimum_n)}"
    interval = view.word(
        "scores_interval",
        share=view.percent(share.value),
        low=view.percent(share.low),
        high=view.percent(share.high),
    )
    return f"{text} {interval}"
