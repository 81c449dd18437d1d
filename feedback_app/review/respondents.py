"""How the customers who answered differ from those who did not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from feedback_app.records import AnsweredCase
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


def sum_respondents(cases: Sequence[AnsweredCase], facts: Facts) -> Respondents:
    """Return who answered, of the customers in `cases` who received the survey."""
    reached = [
        case
        for case in cases
        if case.invitation_state == "answered"
        or (case.handed_over and case.invitation_state != "bounced")
    ]
    kinds = [kind.key for kind in facts.case_kinds]
    reasons = [reason.key for reason in facts.closure_reasons]
    return Respondents(
        by_kind=tuple(_groups(reached, lambda case: case.case_kind, kinds)),
        by_reason=tuple(_groups(reached, lambda case: case.closure_reason, reasons)),
    )


def _groups(
    cases: Sequence[AnsweredCase], key: Callable[[AnsweredCase], str | None], order: list[str]
) -> Iterable[RespondentGroup]:
    found: dict[str | None, list[bool]] = {}
    for case in cases:
        found.setdefault(key(case), []).append(case.invitation_state == "answered")
    for one in in_order(found, order):
        answered = sum(found[one])
        yield RespondentGroup(key=one, answered=answered, silent=len(found[one]) - answered)
