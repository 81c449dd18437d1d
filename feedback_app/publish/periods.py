"""Which weeks are published together, and when their figures are final."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feedback_app.base.weeks import group_of, week_after, week_bounds
from feedback_app.base.working_days import due_on
from feedback_app.invitations import GRACE
from feedback_app.records import CohortCase
from support_facts import Facts


@dataclass(frozen=True)
class PeriodCases:
    """The cases closed in the weeks `first` to `last`, both included."""

    first: str
    last: str
    cases: tuple[CohortCase, ...]


@dataclass(frozen=True)
class PendingPeriod:
    """Weeks whose figures can still change until `over_at` (UTC)."""

    first: str
    last: str
    over_at: datetime


def due(
    first: str,
    read: Callable[[str, str], Iterable[CohortCase]],
    facts: Facts,
    now: datetime,
) -> Iterator[PeriodCases | PendingPeriod]:
    """Yield the periods from week `first` on that are final at `now`, then the next one.

    `read` returns the cases closed between two weeks, both included. A period is a group of 4 or 5
    weeks; a group with fewer than `minimum_n` answers is joined with the next.
    """
    begin, held = first, list[CohortCase]()
    while True:
        last = group_of(first)[-1]
        over_at = _closings_over(last, facts)
        if over_at <= now:
            group = list(read(first, last))
            over_at = max([over_at, *(_case_over(case, facts) for case in group)])
        if over_at > now:
            yield PendingPeriod(begin, last, over_at)
            return
        held += group
        first = week_after(last)
        if largest_wording(held) >= facts.survey.minimum_n:
            yield PeriodCases(begin, last, tuple(held))
            begin, held = first, []


def counted(cases: Iterable[CohortCase]) -> Iterator[CohortCase]:
    """Yield the cases that have an answer without flags."""
    return (case for case in cases if case.answered_at and not case.flagged)


def largest_wording(cases: Iterable[CohortCase]) -> int:
    """Return the number of counted answers to the most frequent wording."""
    return max(Counter(case.wording_version for case in counted(cases)).values(), default=0)


def _closings_over(last: str, facts: Facts) -> datetime:
    """Return when a case closed at the end of week `last` is final."""
    _, end = week_bounds(last, ZoneInfo(facts.organisation.time_zone))
    return _final_at(end + timedelta(days=facts.survey.link_lifetime_days), facts)


def _case_over(case: CohortCase, facts: Facts) -> datetime:
    """Return when no figure that includes `case` can change any more."""
    last = max((at for at in (case.expires_at, case.answered_at) if at), default=case.closed_at)
    return _final_at(last, facts)


def _final_at(last: datetime, facts: Facts) -> datetime:
    """Return when an answer given at `last` can no longer be edited, read or followed up in time.

    The result is in UTC.
    """
    survey, zone = facts.survey, ZoneInfo(facts.organisation.time_zone)
    due = due_on(last, survey.follow_up_working_days, zone, facts.organisation.holidays)
    contacted_by = datetime.combine(due + timedelta(days=1), time(), tzinfo=zone)
    edited_or_read_by = last + max(
        timedelta(hours=survey.edit_window_hours), timedelta(days=survey.read_within_days)
    )
    return GRACE + max(edited_or_read_by, contacted_by.astimezone(UTC))
