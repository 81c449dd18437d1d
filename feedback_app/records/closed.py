"""What the database counts of the cases that were closed in a week or a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from feedback_app.records.survey import InvitationState


class Measured(NamedTuple):
    """What a duration measures, on which clock, for cases of which kind (None: not given)."""

    metric: str
    clock: str
    case_kind: str | None


# The seconds of every case with a known duration, in no particular order.
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
