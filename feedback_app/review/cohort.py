"""The cases closed in a week, by the state of their invitation, and the response rate."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback_app.records import AnsweredCase
from support_facts import Facts


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """The number of cases closed in the week, by the state of their invitation.

    `closed` = handed_over + waiting + withheld; `bounced` and `answered` are parts of handed_over.
    `reminded` customers got the reminder, and `answered_after_reminder` of all answers came later.
    `open_until` (UTC) is when the last survey link expires, or None if all have expired.
    """

    closed: int
    handed_over: int
    bounced: int
    answered: int
    waiting: int
    withheld: tuple[tuple[str, int], ...]
    open_until: datetime | None
    reminded: int = 0
    answered_after_reminder: int = 0

    @property
    def reached(self) -> int:
        """Return the denominator of the response rate: sent minus bounced."""
        return self.handed_over - self.bounced

    @property
    def response_rate(self) -> float | None:
        """Return answered / reached, 0 to 1, or None if no survey reached a customer."""
        return self.answered / self.reached if self.reached else None


def sum_cohort(
    cases: Sequence[AnsweredCase], ends_at: datetime, facts: Facts, now: datetime
) -> Cohort:
    """Return the cohort of the week that ends at `ends_at`, as known at `now`."""
    states = Counter(case.invitation_state for case in cases)
    withheld = Counter(
        case.withheld_because or "superseded"
        for case in cases
        if case.invitation_state == "withheld" and not case.handed_over
    )
    handed_over = sum(
        # A customer who answered had the link, even if delivery was never confirmed.
        case.handed_over or case.invitation_state in ("answered", "bounced")
        for case in cases
    )
    return Cohort(
        closed=len(cases),
        handed_over=handed_over,
        bounced=states["bounced"],
        answered=states["answered"],
        waiting=len(cases) - handed_over - withheld.total(),
        withheld=tuple(sorted(withheld.items())),
        open_until=_open_until(cases, ends_at, facts, now),
        reminded=sum(case.reminded_at is not None for case in cases),
        answered_after_reminder=sum(
            bool(case.reminded_at and case.answered_at and case.answered_at >= case.reminded_at)
            for case in cases
        ),
    )


def _open_until(
    cases: Sequence[AnsweredCase], ends_at: datetime, facts: Facts, now: datetime
) -> datetime | None:
    ends = [
        case.expires_at for case in cases if case.invitation_state in ("handed_over", "waiting")
    ]
    if now < ends_at:
        ends.append(ends_at + timedelta(days=facts.survey.link_lifetime_days))
    return max((end for end in ends if end > now), default=None)
