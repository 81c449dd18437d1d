"""Every figure of one period, calculated from its cases."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from statistics import median
from zoneinfo import ZoneInfo

from charts import wilson
from feedback_app.base.working_days import due_on
from feedback_app.database.contract import Database
from feedback_app.publish.corrections import without_small_changes
from feedback_app.publish.periods import by_wording
from feedback_app.publish.times import portion, times_of, too_few_for
from feedback_app.records import AnswerCount, CohortCounts, CohortWeeks, Contact
from feedback_app.review.scores import BEST_POINTS
from feedback_app.store import cohorts
from published_results import (
    Answers,
    Conduct,
    Figures,
    Participation,
    Portion,
    PublishedScores,
    PublishedShare,
    PublishedWording,
    Rules,
    WithheldReason,
)
from support_facts import Question


def counts_of(database: Database, weeks: CohortWeeks, rules: Rules) -> CohortCounts:
    """Return the counts of the cases closed in `weeks` that the figures need under these rules."""
    read_within = timedelta(days=rules.read_within_days)
    return cohorts.counts(database, weeks, read_within, rules.low_threshold)


def figures_of(
    counts: CohortCounts,
    questions: Sequence[Question],
    rules: Rules,
    earlier: Sequence[Figures] = (),
) -> Figures:
    """Return the figures that may be published, given the `earlier` versions."""
    scores = _scores(counts, questions, rules)
    figures = Figures(
        participation=_participation(counts, rules),
        scores=scores,
        times=times_of(counts.durations, rules, [version.times for version in earlier]),
        conduct=_conduct(counts, scores, rules),
        withheld={},
    )
    figures = figures.model_copy(update={"withheld": _too_few(figures, counts, rules)})
    return without_small_changes(figures, earlier, rules.minimum_n)


def wordings_in(scores: PublishedScores | None) -> set[int]:
    """Return the wordings whose answers, if they have no flag, are in `scores`."""
    return {wording.version for wording in scores.wordings} if scores else set()


def _too_few(figures: Figures, counts: CohortCounts, rules: Rules) -> dict[str, WithheldReason]:
    """Return the names of the figures that are withheld because they are based on too few."""
    withheld: dict[str, WithheldReason] = {
        f"times.{name}": "too_few" for name in too_few_for(counts.durations, rules)
    }
    if figures.participation is None:
        withheld["participation"] = "too_few"
    if figures.scores is None:
        withheld["scores"] = "too_few"
    if figures.conduct is None:
        withheld["conduct"] = "too_few"
    elif figures.conduct.contacted is None:
        withheld["conduct.contacted"] = "too_few"
    return withheld


def _participation(counts: CohortCounts, rules: Rules) -> Participation | None:
    became, answered = Counter(counts.became), _number(counts.answers)
    if became["reached"] < rules.minimum_n:
        return None
    return Participation(
        closed=became.total(),
        not_asked=became["not_asked"],
        not_delivered=became["not_delivered"],
        bounced=became["bounced"],
        reached=became["reached"],
        answered=answered,
        rate=portion(answered, became["reached"], rules).share,
    )


def _scores(
    counts: CohortCounts, questions: Sequence[Question], rules: Rules
) -> PublishedScores | None:
    versions = by_wording(counts)
    wordings = tuple(
        PublishedWording(
            version=version,
            n=n,
            answers=tuple(_answers(question, version, counts, rules) for question in questions),
        )
        for version, n in sorted(versions.items())
        if n >= rules.minimum_n
    )
    if not wordings:
        return None
    return PublishedScores(
        wordings=wordings,
        flagged=_number(one for one in counts.answers if one.flagged),
        annulled=counts.annulled,
        other_wording=versions.total() - sum(wording.n for wording in wordings),
    )


def _answers(question: Question, version: int, counts: CohortCounts, rules: Rules) -> Answers:
    given = Counter[int]()
    for one in counts.answers:
        if one.wording_version == version and not one.flagged:
            given[one.ease if question.key == "ease" else one.satisfaction] += one.answers
    points, n = range(1, len(question.points) + 1), given.total()
    return Answers(
        question=question.key,
        metric=question.metric,
        counts=tuple(given[point] for point in points),
        mean=round(sum(point * number for point, number in given.items()) / n, 4),
        median=float(median(given.elements())),
        share=_share(sum(given[point] for point in points[-BEST_POINTS:]), n, rules),
    )


def _number(answers: Iterable[AnswerCount]) -> int:
    return sum(one.answers for one in answers)


def _share(best: int, n: int, rules: Rules) -> PublishedShare | None:
    if n < rules.share_minimum_n:
        return None
    low, high = wilson(best, n)
    return PublishedShare(
        best=best, n=n, value=round(best / n, 4), low=round(low, 4), high=round(high, 4)
    )


def _conduct(counts: CohortCounts, scores: PublishedScores | None, rules: Rules) -> Conduct | None:
    answered = _number(counts.answers)
    if answered < rules.minimum_n:
        return None
    read = _number(one for one in counts.answers if one.read_in_time)
    return Conduct(read=portion(read, answered, rules), contacted=_contacted(counts, scores, rules))


def _contacted(
    counts: CohortCounts, scores: PublishedScores | None, rules: Rules
) -> Portion | None:
    """Return the contacts made in time, of those that customers with a low answer asked for.

    Only answers in the published scores count. Otherwise this number could be larger than the
    low answers in the scores, and the difference would be withheld answers that are low.
    """
    wordings = wordings_in(scores)
    requested = _number(
        one
        for one in counts.answers
        if one.wording_version in wordings
        and not one.flagged
        and one.contact_welcome
        and min(one.ease, one.satisfaction) <= rules.low_threshold
    )
    if requested < rules.minimum_n:
        return None
    made = [one for one in counts.contacts if one.wording_version in wordings]
    return portion(_number_in_time(made, rules), requested, rules)


def _number_in_time(contacts: Iterable[Contact], rules: Rules) -> int:
    zone = ZoneInfo(rules.time_zone)

    @cache
    def due(day: date) -> date:
        noon = datetime.combine(day, time(12), zone)
        return due_on(noon, rules.contact_within_working_days, zone, rules.holidays)

    return sum(
        one.contacted_at.astimezone(zone).date() <= due(one.answered_at.astimezone(zone).date())
        for one in contacts
    )
