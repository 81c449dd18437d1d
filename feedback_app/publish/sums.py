"""Every figure of one period, calculated from its cases."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from statistics import fmean, median
from zoneinfo import ZoneInfo

from charts import wilson
from feedback_app.base.working_days import due_on
from feedback_app.publish.corrections import without_small_changes
from feedback_app.publish.periods import counted
from feedback_app.publish.times import portion, times_of, too_few_for
from feedback_app.records import CohortCase
from feedback_app.review.scores import BEST_POINTS
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


def figures_of(
    cases: Sequence[CohortCase],
    questions: Sequence[Question],
    rules: Rules,
    earlier: Sequence[Figures] = (),
) -> Figures:
    """Return the figures of `cases` that may be published, given the `earlier` versions."""
    scores = _scores(cases, questions, rules)
    figures = Figures(
        participation=_participation(cases, rules),
        scores=scores,
        times=times_of(cases, rules, [version.times for version in earlier]),
        conduct=_conduct(cases, scores, rules),
        withheld={},
    )
    figures = figures.model_copy(update={"withheld": _too_few(figures, cases, rules)})
    return without_small_changes(figures, earlier, rules.minimum_n)


def counts_for(case: CohortCase, figures: Figures) -> bool:
    """Return whether the scores of `figures` include the answer of `case`."""
    return bool(_in_scores([case], figures.scores))


def _in_scores(cases: Sequence[CohortCase], scores: PublishedScores | None) -> list[CohortCase]:
    """Return the cases whose answers are in `scores`."""
    versions = {wording.version for wording in scores.wordings} if scores else set[int]()
    return [case for case in counted(cases) if case.wording_version in versions]


def _too_few(
    figures: Figures, cases: Sequence[CohortCase], rules: Rules
) -> dict[str, WithheldReason]:
    """Return the names of the figures that are withheld because they are based on too few."""
    withheld: dict[str, WithheldReason] = {
        f"times.{name}": "too_few" for name in too_few_for(cases, rules)
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


def _participation(cases: Sequence[CohortCase], rules: Rules) -> Participation | None:
    became = Counter(case.became for case in cases)
    reached, answered = became["reached"], sum(case.answered_at is not None for case in cases)
    if reached < rules.minimum_n:
        return None
    return Participation(
        closed=len(cases),
        not_asked=became["not_asked"],
        not_delivered=became["not_delivered"],
        bounced=became["bounced"],
        reached=reached,
        answered=answered,
        rate=portion(answered, reached, rules).share,
    )


def _scores(
    cases: Sequence[CohortCase], questions: Sequence[Question], rules: Rules
) -> PublishedScores | None:
    versions: dict[int, list[CohortCase]] = {}
    for case in counted(cases):
        versions.setdefault(case.wording_version or 0, []).append(case)
    wordings = tuple(
        PublishedWording(
            version=version,
            n=len(answers),
            answers=tuple(_answers(question, answers, rules) for question in questions),
        )
        for version, answers in sorted(versions.items())
        if len(answers) >= rules.minimum_n
    )
    if not wordings:
        return None
    return PublishedScores(
        wordings=wordings,
        flagged=sum(case.answered_at is not None and case.flagged for case in cases),
        annulled=sum(case.annulled for case in cases),
        other_wording=sum(map(len, versions.values())) - sum(wording.n for wording in wordings),
    )


def _answers(question: Question, cases: Sequence[CohortCase], rules: Rules) -> Answers:
    given = [_point(case, question.key) for case in cases]
    counts = Counter(given)
    points = range(1, len(question.points) + 1)
    return Answers(
        question=question.key,
        metric=question.metric,
        counts=tuple(counts[point] for point in points),
        mean=round(fmean(given), 4),
        median=float(median(given)),
        share=_share(sum(counts[point] for point in points[-BEST_POINTS:]), len(given), rules),
    )


def _point(case: CohortCase, question: str) -> int:
    return (case.ease if question == "ease" else case.satisfaction) or 0


def _share(best: int, n: int, rules: Rules) -> PublishedShare | None:
    if n < rules.share_minimum_n:
        return None
    low, high = wilson(best, n)
    return PublishedShare(
        best=best, n=n, value=round(best / n, 4), low=round(low, 4), high=round(high, 4)
    )


def _conduct(
    cases: Sequence[CohortCase], scores: PublishedScores | None, rules: Rules
) -> Conduct | None:
    answered = [case for case in cases if case.answered_at]
    if len(answered) < rules.minimum_n:
        return None
    return Conduct(
        read=portion(sum(_was_read(case, rules) for case in answered), len(answered), rules),
        contacted=_contacted(_in_scores(cases, scores), rules),
    )


def _contacted(in_scores: Sequence[CohortCase], rules: Rules) -> Portion | None:
    """Return the contacts made in time, of those that customers with a low answer asked for.

    Only answers in the published scores count. Otherwise this number could be larger than the
    low answers in the scores, and the difference would be withheld answers that are low.
    """
    requested = [
        case for case in in_scores if case.contact_welcome and case.is_low(rules.low_threshold)
    ]
    if len(requested) < rules.minimum_n:
        return None
    return portion(sum(_was_contacted(case, rules) for case in requested), len(requested), rules)


def _was_read(case: CohortCase, rules: Rules) -> bool:
    limit = timedelta(days=rules.read_within_days)
    return bool(case.read_at and case.answered_at and case.read_at <= case.answered_at + limit)


def _was_contacted(case: CohortCase, rules: Rules) -> bool:
    zone = ZoneInfo(rules.time_zone)
    return bool(
        case.contacted_at
        and case.answered_at
        and case.contacted_at.astimezone(zone).date()
        <= due_on(case.answered_at, rules.contact_within_working_days, zone, rules.holidays)
    )
