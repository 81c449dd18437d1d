"""How the customers who answered differ from those who did not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feedback_app.records import ClosedCount
from feedback_app.review.durations import in_order
from support_facts import Facts


@dataclass(frozen=True, kw_only=True)
class RespondentGroup:
    """Cases of one kind or closure reason (None: not given) that received the survey."""

    key: str | None
    answered: int
    silent: int

    @property
    def n(self) -> int:
        """Return the number of customers who received the survey."""
        return self.answered + self.silent


@dataclass(frozen=True, kw_only=True)
class Respondents:
    """Answered and unanswered surveys by case kind and by closure reason."""

    by_kind: tuple[RespondentGroup, ...]
    by_reason: tuple[RespondentGroup, ...]


def sum_respondents(counts: Sequence[ClosedCount], facts: Facts) -> Respondents:
    """Return who answered, of the customers in `counts` who received the survey."""
    reached = [
        one
        for one in counts
        if one.state == "answered" or (one.handed_over and one.state != "bounced")
    ]
    kinds = [kind.key for kind in facts.case_kinds]
    reasons = [reason.key for reason in facts.closure_reasons]
    return Respondents(
        by_kind=tuple(_groups(reached, "case_kind", kinds)),
        by_reason=tuple(_groups(reached, "closure_reason", reasons)),
    )


def _groups(
    counts: Sequence[ClosedCount], column: str, order: list[str]
) -> Iterable[RespondentGroup]:
    all_, answered = Counter[str | None](), Counter[str | None]()
    for one in counts:
        all_[getattr(one, column)] += one.cases
        answered[getattr(one, column)] += one.cases if one.state == "answered" else 0
    for key in in_order(all_, order):
        yield RespondentGroup(key=key, answered=answered[key], silent=all_[key] - answered[key])
