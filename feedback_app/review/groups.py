"""The scores by case kind, team, language or customer."""

from collections import Counter
from collections.abc import Iterable, Mapping
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

    Kinds are in the order of the facts, others in alphabetical order, so that no order suggests a
    ranking.
    """

    shown: tuple[ScoreGroup, ...]
    hidden: int


def sum_groups(rows: Iterable[Mapping[str, Any]], column: str, facts: Facts) -> ScoreGroups:
    """Return the scores by `column`, from rows of `week_totals.scores_by`."""
    counts: dict[str | None, dict[str, Counter[int]]] = {}
    for row in rows:
        group = counts.setdefault(row[column], {"ease": Counter(), "satisfaction": Counter()})
        for question, counted in group.items():
            counted[row[question]] += row["answers"]
    kinds = [kind.key for kind in facts.case_kinds]
    order = kinds if column == "case_kind" else sorted(filter(None, counts), key=str.casefold)
    groups = [
        ScoreGroup(
            key=key,
            scores=tuple(scores_of(one, counts[key][one.key], facts) for one in facts.questions),
        )
        for key in in_order(counts, order)
    ]
    shown = tuple(group for group in groups if group.n >= facts.survey.minimum_n)
    return ScoreGroups(shown=shown, hidden=len(groups) - len(shown))
