"""Which weeks are published together, and when their figures are final."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feedback_app.base.weeks import group_of, week_after, week_bounds
from feedback_app.base.working_days import due_on
from feedback_app.invitations import GRACE
from feedback_app.records import CohortCounts
from support_facts import Facts


@dataclass(frozen=True)
class PeriodCounts:
    """The counts of the cases closed in the weeks `first` to `last`, both included."""

    first: str
    last: str
    counts: CohortCounts


@dataclass(frozen=True)
class PendingPeriod:
    """Weeks whose figures can still change until `over_at` (UTC)."""

    first: str
    last: str
    over_at: datetime


def due(
    first: str,
    read: Callable[[str, str], CohortCounts],
    facts: Facts,
    now: datetime,
) -> Iterator[PeriodCounts | PendingPeriod]:
    """Yield the periods from week `first` on that are final at `now`, then the next one.

    `read` returns the counts of the cases closed between two weeks, both included. A period is a
    group of 4 or 5 weeks; a group with fewer than `minimum_n` answers is joined with the next.
    """
    begin, answers = first, Counter[int]()
    while True:
        last = group_of(first)[-1]
        over_at = _closings_over(last, facts)
        if over_at <= now:
            group = read(first, last)
            if group.changes_until:
                over_at = max(over_at, _final_at(group.changes_until, facts))
        if over_at > now:
            yield PendingPeriod(begin, last, over_at)
            return
        answers += by_wording(group)
        if max(answers.values(), default=0) >= facts.survey.minimum_n:
            yield PeriodCounts(begin, last, group if begin == first else read(begin, last))
            begin, answers = week_after(last), Counter()
        first = week_after(last)


def by_wording(counts: CohortCounts) -> Counter[int]:
    """Return the number of answers without flags to each wording."""
    found = Counter[int]()
    for one in counts.answers:
        if not one.flagged:
            found[one.wording_version] += one.answers
    return found


def _closings_over(last: str, facts: Facts) -> datetime:
    """Return when a case closed at the end of week `last` is final."""
    _, end = week_bounds(last, ZoneInfo(facts.organisation.time_zone))
    return _final_at(end + timedelta(days=facts.survey.link_lifetime_days), facts)


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
