"""The answers to one question, with their mean and share."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from charts import Interval, wilson
from feedback_app.records import AnsweredCase
from support_facts import Facts, Question

BEST_POINTS = 2


@dataclass(frozen=True, kw_only=True)
class Share:
    """`best` of `n`, such as the answers with 4 or 5, with a 95% Wilson interval."""

    best: int
    n: int
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The answers to one question; `counts` has one number per point, 1 (worst) to 5 (best).

    `mean` (1 to 5) is None without answers; `share` is None for n < `survey.share_minimum_n`.
    """

    question: Question
    counts: tuple[int, ...]
    mean: float | None
    share: Share | None

    @property
    def n(self) -> int:
        """Return the number of answers."""
        return sum(self.counts)

    @property
    def best(self) -> int:
        """Return the number of answers with one of the two best points."""
        return sum(self.counts[-BEST_POINTS:])


@dataclass(frozen=True, kw_only=True)
class WordingScores:
    """The scores of one version of `survey.wording_version`."""

    version: int
    scores: tuple[Scores, ...]

    @property
    def n(self) -> int:
        """Return the number of answers."""
        return self.scores[0].n


def score(case: AnsweredCase, question: str) -> int:
    """Return the score for "ease" or "satisfaction", 1 to 5. Raises ValueError if not answered."""
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


def sum_wordings(answers: Iterable[AnsweredCase], facts: Facts) -> tuple[WordingScores, ...]:
    """Return the scores per wording: the current one first, the others from new to old.

    The current wording is included even without answers.
    """
    present = facts.survey.wording_version
    versions: dict[int, list[AnsweredCase]] = {present: []}
    for case in answers:
        versions.setdefault(case.wording_version or present, []).append(case)
    return tuple(
        WordingScores(
            version=version,
            scores=tuple(
                scores_of(one, Counter(score(case, one.key) for case in versions[version]), facts)
                for one in facts.questions
            ),
        )
        for version in sorted(versions, key=lambda version: (version != present, -version))
    )


def scores_of(question: Question, counts: Mapping[int, int], facts: Facts) -> Scores:
    """Return the scores for the number of answers at each point."""
    points = range(1, len(question.points) + 1)
    counted = tuple(counts.get(point, 0) for point in points)
    n, best = sum(counted), sum(counted[-BEST_POINTS:])
    total = sum(point * count for point, count in zip(points, counted, strict=True))
    return Scores(
        question=question,
        counts=counted,
        mean=total / n if n else None,
        share=share_of(best, n, facts),
    )


def share_of(best: int, n: int, facts: Facts) -> Share | None:
    """Return the share `best` / `n`, or None for n < `survey.share_minimum_n`."""
    if n < max(1, facts.survey.share_minimum_n):
        return None
    return Share(best=best, n=n, interval=wilson(best, n))
