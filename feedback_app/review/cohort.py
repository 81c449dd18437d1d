"""What became of the cases closed in a week, and the response rate."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback_app.records import AnsweredCase
from support_facts import Facts


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """What became of the cases closed in the week.

    `closed` = handed over + waiting + withheld. `bounced` and `answered` are parts of handed over.
    `open_until`, in UTC, is when the last link expires; None once no answer can come any more.
    """

    closed: int
    handed_over: int
    bounced: int
    answered: int
    waiting: int
    withheld: tuple[tuple[str, int], ...]
    open_until: datetime | None

    @property
    def reached(self) -> int:
        """Return the denominator of the response rate: handed over, less bounced."""
        return self.handed_over - self.bounced

    @property
    def response_rate(self) -> float | None:
        """Return answered / reached, 0 to 1, or None when nobody was reached."""
        return self.answered / self.reached if self.reached else None


def sum_cohort(
    cases: Sequence[AnsweredCase], ends_at: datetime, facts: Facts, now: datetime
) -> Cohort:
    """Return what is known at `now` of the cases closed in the week that ends at `ends_at`."""
    states = Counter(case.invitation_state for case in cases)
    withheld = Counter(
        case.withheld_because or "superseded"
        for case in cases
        if case.invitation_state == "withheld" and not case.handed_over
    )
    handed_over = sum(
        # Whoever answered had the link, even where its mail was never seen to arrive.
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
