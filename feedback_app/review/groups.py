"""The scores by case kind, team, language or customer."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
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
    rows: Iterable[Mapping[str, Any]],
    column: str,
    facts: Facts,
    page: Callable[[int], slice] = lambda _: slice(None),
) -> ScoreGroups:
    """Return the scores by `column`, from rows of `week_totals.scores_by`.

    `page` gets the number of groups with enough answers and returns which of them are shown.
    """
    counts: dict[str | None, dict[str, Counter[int]]] = {}
    for row in rows:
        group = counts.setdefault(row[column], {"ease": Counter(), "satisfaction": Counter()})
        for question, counted in group.items():
            counted[row[question]] += row["answers"]
    kinds = [kind.key for kind in facts.case_kinds]
    order = kinds if column == "case_kind" else sorted(filter(None, counts), key=str.casefold)
    keys = {key for key, of in counts.items() if of["ease"].total() >= facts.survey.minimum_n}
    shown = tuple(
        ScoreGroup(
            key=key,
            scores=tuple(scores_of(one, counts[key][one.key], facts) for one in facts.questions),
        )
        for key in in_order(keys, order)[page(len(keys))]
    )
    return ScoreGroups(shown=shown, number=len(keys), hidden=len(counts) - len(keys))
