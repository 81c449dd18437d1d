"""The latest period in a few sentences, each with its number of cases or answers."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from charts import Child, element
from knowledge_site.results.view import ResultsView, paragraph, section
from knowledge_site.wording import Plural
from published_results import PublishedSpread, PublishedTimes, Result, Target


def latest(view: ResultsView) -> Element:
    """`{{ results latest }}`: the period and its main figures."""
    result = view.latest
    if result is None:
        rules = view.facts.survey
        text = view.word("nothing_published", minimum=rules.minimum_n)
        return section("latest", paragraph(element("strong", None, text)))
    made = section("latest")
    made.append(paragraph(*_about(view, result)))
    made.append(element("ul", None, *(element("li", None, *one) for one in _items(view, result))))
    return made


def banner(view: ResultsView) -> Element:
    """`{{ results banner }}`: the warning above sample data; empty for real results."""
    if not view.published.is_sample:
        return section("banner")
    text = element("strong", None, view.word("sample_data"))
    warning = element("p", {"class": "sample"}, text, " ", view.word("sample_data_means"))
    return section("banner", warning)


def targets(result: Result) -> Iterator[tuple[Target, PublishedTimes]]:
    """Yield every target with the durations measured on its clock."""
    for target in result.rules.targets:
        for times in result.figures.times:
            if (times.metric, times.clock) == (target.metric, target.clock):
                yield target, times


def is_met(target: Target, spread: PublishedSpread) -> bool:
    """Return whether at least half of the cases met the target."""
    if within := spread.within_target:
        return 2 * within.count >= within.n
    return spread.median <= target.seconds


def _about(view: ResultsView, result: Result) -> Iterator[Child]:
    period = result.period
    yield element("strong", None, view.date_range(period))
    yield view.word(
        "about_period",
        first=period.first_week,
        last=period.last_week,
        published=view.day(result.approved.at),
        as_of=view.day(result.as_of),
    )
    if result.correction:
        yield from view.quoting("corrected", result.correction.why, version=result.version)


def _items(view: ResultsView, result: Result) -> Iterator[list[Child]]:
    figures = result.figures
    aims = list(targets(result))
    for target, times in aims:
        yield from _aim(view, target, times)
    compared = [times for _, times in aims]
    for times in figures.times:
        if times not in compared:
            yield [_typical(view, result, times)]
    for wording in figures.scores.wordings if figures.scores else ():
        for answers in wording.answers:
            best = sum(answers.counts[-2:])
            share = answers.share.value if answers.share else None
            text = view.word(
                f"sentence_{answers.question}", count=view.count_of(best, answers.n, share)
            )
            yield [text]
    if part := figures.participation:
        yield [
            view.word(
                "sentence_answered", count=view.count_of(part.answered, part.reached, part.rate)
            )
        ]
    if conduct := figures.conduct:
        days = Plural(result.rules.read_within_days)
        yield [view.word("sentence_read", count=view.portion(conduct.read), days=days)]


def _aim(view: ResultsView, target: Target, times: PublishedTimes) -> Iterator[list[Child]]:
    met = is_met(target, times.overall)
    verdict = element(
        "strong",
        {"class": "aim aim--met" if met else "aim aim--missed"},
        view.word("aim_met" if met else "aim_missed"),
    )
    text = view.word(
        "sentence_aim",
        metric=view.facts.metric(target.metric).name[view.language],
        median=view.duration(times.overall.median, times.clock),
        target=view.duration(target.seconds, target.clock),
    )
    within = times.overall.within_target
    count = f" {view.word('sentence_within', count=view.portion(within))}" if within else ""
    yield [verdict, f" {text}{count}"]


def _typical(view: ResultsView, result: Result, times: PublishedTimes) -> str:
    aim = next((one for one in result.rules.targets if one.metric == times.metric), None)
    return view.word(
        "sentence_other_clock" if aim else "sentence_typical",
        metric=view.facts.metric(times.metric).name[view.language],
        median=view.duration(times.overall.median, times.clock),
        clock=view.word(f"clock_{times.clock}"),
        aimed=view.word(f"clock_{aim.clock}") if aim else "",
    )
