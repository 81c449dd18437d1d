"""The answers to one question. A mean or share never travels without its n."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from feedback_app.records import AnsweredCase
from feedback_app.review.intervals import Interval, wilson
from support_facts import Facts, Question

BEST_POINTS = 2


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of `n` answers chose one of the two best points, with Wilson's 95 % interval."""

    best: int
    n: int
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The answers to one question; `counts` is of each point from 1, the worst, to 5, the best.

    `mean` (1 to 5) is None without answers, `share` below `facts.survey.share_minimum_n` of them.
    """

    question: Question
    counts: tuple[int, ...]
    mean: float | None
    share: Share | None

    @property
    def n(self) -> int:
        """Return how many answers there are."""
        return sum(self.counts)


@dataclass(frozen=True, kw_only=True)
class WordingScores:
    """The answers to one wording of the questions: `version` is `survey.wording_version` then."""

    version: int
    scores: tuple[Scores, ...]

    @property
    def n(self) -> int:
        """Return how many answers there are."""
        return self.scores[0].n


def score(case: AnsweredCase, question: str) -> int:
    """Return the answer to "ease" or "satisfaction", 1 to 5. Raises ValueError if there is none."""
    given = case.ease if question == "ease" else case.satisfaction
    if given is None:
        raise ValueError(f"case {case.case_number} has no answer")
    return given


def lowest(case: AnsweredCase) -> int:
    """Return the lower of the two scores."""
    return min(score(case, "ease"), score(case, "satisfaction"))


def total(case: AnsweredCase) -> int:
    """Return the sum of the two scores."""
    return score(case, "ease") + score(case, "satisfaction")


def sum_scores(question: Question, answers: Sequence[AnsweredCase], facts: Facts) -> Scores:
    """Return the counts, mean and share of the answers to `question`."""
    return scores_of(question, Counter(score(case, question.key) for case in answers), facts)


def sum_wordings(answers: Iterable[AnsweredCase], facts: Facts) -> tuple[WordingScores, ...]:
    """Return the scores of each wording, never pooled: the present one first, then newer to older.

    The present wording is there even without answers.
    """
    present = facts.survey.wording_version
    versions: dict[int, list[AnsweredCase]] = {present: []}
    for case in answers:
        versions.setdefault(case.wording_version or present, []).append(case)
    return tuple(
        WordingScores(
            version=version,
            scores=tuple(
                sum_scores(question, versions[version], facts) for question in facts.questions
            ),
        )
        for version in sorted(versions, key=lambda version: (version != present, -version))
    )


def scores_of(question: Question, counts: Mapping[int, int], facts: Facts) -> Scores:
    """Return the mean and share of so many answers at each point, 1 to 5."""
    points = range(1, len(question.points) + 1)
    counted = tuple(counts.get(point, 0) for point in points)
    n, best = sum(counted), sum(counted[-BEST_POINTS:])
    total = sum(point * count for point, count in zip(points, counted, strict=True))
    return Scores(
        question=question,
        counts=counted,
        mean=total / n if n else None,
        share=Share(best=best, n=n, interval=wilson(best, n))
        if n >= max(1, facts.survey.share_minimum_n)
        else None,
    )
