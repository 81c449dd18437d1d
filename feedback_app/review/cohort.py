"""The cases closed in a week, by the state of their invitation, and the response rate."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback_app.records import ClosedCount
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
    counts: Sequence[ClosedCount], ends_at: datetime, facts: Facts, now: datetime
) -> Cohort:
    """Return the cohort of the week that ends at `ends_at`, as known at `now`."""
    states, withheld = Counter[str](), Counter[str]()
    for one in counts:
        states[one.state] += one.cases
        if one.state == "withheld" and not one.handed_over:
            withheld[one.withheld_because or "superseded"] += one.cases
    # A customer who answered had the link, even if delivery was never confirmed.
    handed_over = sum(
        one.cases for one in counts if one.handed_over or one.state in ("answered", "bounced")
    )
    return Cohort(
        closed=states.total(),
        handed_over=handed_over,
        bounced=states["bounced"],
        answered=states["answered"],
        waiting=states.total() - handed_over - withheld.total(),
        withheld=tuple(sorted(withheld.items())),
        open_until=_open_until(counts, ends_at, facts, now),
        reminded=sum(one.reminded for one in counts),
        answered_after_reminder=sum(one.answered_after_reminder for one in counts),
    )


def _open_until(
    counts: Sequence[ClosedCount], ends_at: datetime, facts: Facts, now: datetime
) -> datetime | None:
    ends = [one.expires_at for one in counts if one.state in ("handed_over", "waiting")]
    if now < ends_at:
        ends.append(ends_at + timedelta(days=facts.survey.link_lifetime_days))
    return max((end for end in ends if end > now), default=None)
