"""What the database counts of the cases that were closed in a week or a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from feedback_app.records.survey import InvitationState

Became = Literal["not_asked", "not_delivered", "bounced", "reached"]


class Measured(NamedTuple):
    """What a duration measures, on which clock, for cases of which kind (None: not given)."""

    metric: str
    clock: str
    case_kind: str | None


# The seconds of every case with a known duration, the shortest first.
Durations = Mapping[Measured, Sequence[int]]


@dataclass(frozen=True, kw_only=True)
class ClosedCount:
    """The number of closed cases with the same kind, closure reason and invitation state.

    `expires_at` is the latest of their survey links. `reminded` customers got the reminder, and
    `answered_after_reminder` of them answered later. `of_sample` of the cases are sample data.
    """

    case_kind: str | None
    closure_reason: str | None
    state: InvitationState
    withheld_because: str | None
    handed_over: bool
    cases: int
    expires_at: datetime
    reminded: int = 0
    answered_after_reminder: int = 0
    of_sample: int = 0


@dataclass(frozen=True)
class ClosedWeek:
    """The cases closed in a week."""

    counts: Sequence[ClosedCount]
    durations: Durations


class CohortWeeks(NamedTuple):
    """The cases closed in the weeks `first` to `last`, as known at `as_of`.

    Either only sample data or only real cases, depending on `sample`.
    """

    first: str
    last: str
    as_of: datetime
    sample: bool


class AnswerCount(NamedTuple):
    """The number of answers that have all this in common."""

    ease: int
    satisfaction: int
    wording_version: int
    flagged: bool
    contact_welcome: bool
    read_in_time: bool
    answers: int


class Contact(NamedTuple):
    """A contact that a customer with a low answer, without flags, had asked for."""

    wording_version: int
    answered_at: datetime
    contacted_at: datetime


@dataclass(frozen=True)
class CohortCounts:
    """What published figures are calculated from.

    `answers` are without the `annulled` ones. `changes_until` is the latest time at which a
    customer answered or still can answer; None if there is none. `all_known` is whether these are
    all cases that are stored for the weeks.
    """

    became: Mapping[Became, int]
    answers: Sequence[AnswerCount]
    annulled: int
    contacts: Sequence[Contact]
    durations: Durations
    changes_until: datetime | None = None
    all_known: bool = field(default=False, compare=False)
