"""What customers answered: a bar for each point, the mean, and the share with its interval."""

from xml.etree.ElementTree import Element

from charts import Labels, Mark, bars
from knowledge_site.results.shown import Shown, paragraph, part
from published_results import Answers, PublishedWording, Result


def scores(shown: Shown) -> Element:
    """`{{ results scores }}`: a picture and a table for every question, and what was left out."""
    result = shown.latest
    if result is None:
        return part("scores", shown.nothing_yet())
    found = result.figures.scores
    if found is None:
        return part("scores", shown.withheld(result, "scores"))
    made = part("scores")
    for wording in found.wordings:
        for answers in wording.answers:
            made.append(_picture(shown, result, wording, answers, len(found.wordings) > 1))
            made.append(paragraph(_summary(shown, answers)))
    left_out = shown.word(
        "scores_left_out",
        flagged=shown.number(found.flagged),
        other=shown.number(found.other_wording),
    )
    made.append(paragraph(left_out))
    return made


def _picture(
    shown: Shown, result: Result, wording: PublishedWording, answers: Answers, several: bool
) -> Element:
    definition = next(one for one in result.definitions if one.metric == answers.metric)
    title = f"{shown.told(definition.name)} ({definition.short})"
    if several:
        title += f", {shown.word('wording', version=wording.version)}"
    labels = Labels(
        key=f"results-{answers.question}-{wording.version}",
        title=title,
        description=f"{shown.word('answers_each_point')} {shown.told(definition.direction)}",
        headings=(shown.word("point"), shown.word("answers")),
    )
    names = _points(shown, wording, answers)
    marks = []
    for name, count in zip(names, answers.counts, strict=True):
        text = shown.number(count)
        marks.append(Mark(label=name, value=count, shown=text, cells=(text,)))
    return bars(labels, marks)


def _points(shown: Shown, wording: PublishedWording, answers: Answers) -> list[str]:
    """Return number and word of every point; the number alone of a wording no file holds."""
    numbers = range(1, len(answers.counts) + 1)
    question = shown.published.wording(answers.question, wording.version)
    if question is None:
        return [str(number) for number in numbers]
    words = (shown.told(point) for point in question.points)
    return [f"{number} · {text}" for number, text in zip(numbers, words, strict=True)]


def _summary(shown: Shown, answers: Answers) -> str:
    text = shown.word(
        "scores_summary",
        n=shown.number(answers.n),
        mean=shown.number(answers.mean, 1),
        best=shown.of(sum(answers.counts[-2:]), answers.n, None),
    )
    share = answers.share
    if share is None:
        return f"{text} {shown.word('no_share', n=shown.facts.survey.share_minimum_n)}"
    interval = shown.word(
        "scores_interval",
        share=shown.percent(share.value),
        low=shown.percent(share.low),
        high=shown.percent(share.high),
    )
    return f"{text} {interval}"
