"""The scores by case kind, team, language or customer."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback_app.review.durations import in_order
from feedback_app.review.scores import Scores, scores_of
from support_facts import Facts


@dataclass(frozen=True, kw_only=True)
class ScoreGroup:
    """The answers to cases of one kind, team, language or customer (None: not given)."""

    key: str | None
    scores: tuple[Scores, ...]

    @property
    def n(self) -> int:
        """Return the number of answers."""
        return self.scores[0].n


@dataclass(frozen=True, kw_only=True)
class ScoreGroups:
    """The groups with at least `survey.minimum_n` answers, and how many `hidden` ones have fewer.

    `number` groups have enough answers; of these, one page is `shown`.

    Kinds are in the order of the facts, others in alphabetical order, so that no order suggests a
    ranking.
    """

    shown: tuple[ScoreGroup, ...]
    number: int
    hidden: int


def sum_groups(
    answers: Mapping[str, Sequence[Any]],
    column: str,
    facts: Facts,
    page: Callable[[int], slice] = lambda _: slice(None),
) -> ScoreGroups:
    """Return the scores by `column`, from the lists of `week_totals.scores`.

    `page` gets the number of groups with enough answers and returns which of them are shown.
    """
    numbers = Counter[str | None](answers[column])
    keys = {key for key, number in numbers.items() if number >= facts.survey.minimum_n}
    kinds = [kind.key for kind in facts.case_kinds]
    order = kinds if column == "case_kind" else sorted(filter(None, keys), key=str.casefold)
    shown = in_order(keys, order)[page(len(keys))]
    counts = {key: {question.key: Counter[int]() for question in facts.questions} for key in shown}
    given = (answers[question.key] for question in facts.questions)
    for (key, *points), number in Counter(zip(answers[column], *given, strict=True)).items():
        for counted, point in zip(counts.get(key, {}).values(), points, strict=False):
            counted[point] += number
    groups = tuple(
        ScoreGroup(
            key=key,
            scores=tuple(scores_of(one, counts[key][one.key], facts) for one in facts.questions),
        )
        for key in shown
    )
    return ScoreGroups(shown=groups, number=len(keys), hidden=len(numbers) - len(keys))
