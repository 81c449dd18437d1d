"""The latest period in a few sentences, each with the number it rests on."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from charts import Child, element
from knowledge_site.results.shown import Shown, paragraph, part
from published_results import PublishedSpread, PublishedTimes, Result, Target


def latest(shown: Shown) -> Element:
    """`{{ results latest }}`: which period it is, and what a customer should know of it."""
    result = shown.latest
    if result is None:
        rules = shown.facts.survey
        text = shown.word("nothing_published", minimum=rules.minimum_n)
        return part("latest", paragraph(element("strong", None, text)))
    made = part("latest")
    made.append(paragraph(*_about(shown, result)))
    made.append(element("ul", None, *(element("li", None, *said) for said in _said(shown, result))))
    return made


def banner(shown: Shown) -> Element:
    """`{{ results banner }}`: what sample data never goes without; nothing above real figures."""
    if not shown.published.is_sample:
        return part("banner")
    text = element("strong", None, shown.word("sample_data"))
    said = element("p", {"class": "sample"}, text, " ", shown.word("sample_data_means"))
    return part("banner", said)


def targets(result: Result) -> Iterator[tuple[Target, PublishedTimes]]:
    """Yield every aim with the durations that are measured on its clock."""
    for target in result.rules.targets:
        for times in result.figures.times:
            if (times.metric, times.clock) == (target.metric, target.clock):
                yield target, times


def is_met(target: Target, spread: PublishedSpread) -> bool:
    """Say whether the aim was met: at least half of the cases kept it."""
    if within := spread.within_target:
        return 2 * within.count >= within.n
    return spread.median <= target.seconds


def _about(shown: Shown, result: Result) -> Iterator[Child]:
    period = result.period
    yield element("strong", None, shown.span(period))
    yield shown.word(
        "about_period",
        first=period.first_week,
        last=period.last_week,
        published=shown.day(result.approved.at),
        as_of=shown.day(result.as_of),
    )
    if result.correction:
        yield shown.word("corrected", version=result.version, why=result.correction.why)


def _said(shown: Shown, result: Result) -> Iterator[list[Child]]:
    figures = result.figures
    aims = list(targets(result))
    for target, times in aims:
        yield from _aim(shown, target, times)
    compared = [times for _, times in aims]
    for times in figures.times:
        if times not in compared:
            yield [_typical(shown, result, times)]
    for wording in figures.scores.wordings if figures.scores else ():
        for answers in wording.answers:
            best = sum(answers.counts[-2:])
            share = answers.share.value if answers.share else None
            said = shown.word(f"said_{answers.question}", count=shown.of(best, answers.n, share))
            yield [said]
    if part := figures.participation:
        yield [shown.word("said_answered", count=shown.of(part.answered, part.reached, part.rate))]
    if conduct := figures.conduct:
        days = result.rules.read_within_days
        yield [shown.word("said_read", count=shown.portion(conduct.read), days=days)]


def _aim(shown: Shown, target: Target, times: PublishedTimes) -> Iterator[list[Child]]:
    met = is_met(target, times.overall)
    verdict = element(
        "strong",
        {"class": "aim aim--met" if met else "aim aim--missed"},
        shown.word("aim_met" if met else "aim_missed"),
    )
    text = shown.word(
        "said_aim",
        metric=shown.facts.metric(target.metric).name[shown.language],
        median=shown.duration(times.overall.median, times.clock),
        target=shown.duration(target.seconds, target.clock),
    )
    within = times.overall.within_target
    count = f" {shown.word('said_within', count=shown.portion(within))}" if within else ""
    yield [verdict, f" {text}{count}"]


def _typical(shown: Shown, result: Result, times: PublishedTimes) -> str:
    aim = next((one for one in result.rules.targets if one.metric == times.metric), None)
    return shown.word(
        "said_other_clock" if aim else "said_typical",
        metric=shown.facts.metric(times.metric).name[shown.language],
        median=shown.duration(times.overall.median, times.clock),
        clock=shown.word(f"clock_{times.clock}"),
        aimed=shown.word(f"clock_{aim.clock}") if aim else "",
    )
