"""The nouns of the survey, as they travel between the rooms."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from feedback_app.base.times import to_text

# The source of everything that `feedback sample` stores.
SAMPLE_SOURCE = "sample"

DurationClock = Literal["calendar", "business"]
WithheldBecause = Literal["too_old", "no_address", "quiet_period", "opt_out", "superseded"]
Became = Literal["not_asked", "not_delivered", "bounced", "reached"]
InvitationState = Literal["waiting", "handed_over", "bounced", "withheld", "answered", "expired"]


@dataclass(frozen=True, kw_only=True)
class ClosedCase:
    """One closing of one case. `source, case_id, closure_key` together are unique.

    No agent is named: figures about single employees are not what this is for.
    """

    source: str
    case_id: str
    case_number: str
    closed_at: datetime
    closure_key: str = ""
    case_kind: str | None = None
    case_url: str | None = None
    opened_at: datetime | None = None
    first_response_at: datetime | None = None
    solution_proposed_at: datetime | None = None
    closure_reason: str | None = None
    customer: str | None = None
    team: str | None = None
    contact_email: str | None = None
    language: str | None = None
    first_response_seconds: int | None = None
    resolution_seconds: int | None = None
    duration_clock: DurationClock | None = None

    @property
    def key(self) -> str:
        """Return what tells this closing from others of its case: the key it came with, or when."""
        return self.closure_key or to_text(self.closed_at)

    def is_same_closing(self, key: str, closed_at: datetime, within: timedelta) -> bool:
        """Return whether this is the closing of its case with that key, or less than `within` away.

        `store.cases.same_closing` asks the same of the database.
        """
        return self.key == key or abs(self.closed_at - closed_at) < within


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What one closed case was asked with. Its state follows from its times and reasons."""

    id: str
    case_ref: str
    source: str
    case_number: str
    language: str | None
    contact_email: str | None
    created_at: datetime
    expires_at: datetime
    withheld_because: WithheldBecause | None
    handed_over_at: datetime | None
    bounced_at: datetime | None
    superseded_at: datetime | None
    answered_at: datetime | None

    def state(self, now: datetime) -> InvitationState:
        """Return where this invitation stands at `now`."""
        if self.answered_at:
            return "answered"
        if self.bounced_at:
            return "bounced"
        if self.superseded_at or (self.withheld_because and not self.handed_over_at):
            return "withheld"
        if now >= self.expires_at:
            return "expired"
        return "handed_over" if self.handed_over_at else "waiting"


@dataclass(frozen=True, kw_only=True)
class Closing:
    """A known closing of a case with its invitation, as the case system that sent it sees it."""

    case_id: str
    closure_key: str
    closed_at: datetime
    invitation: Invitation


@dataclass(frozen=True, kw_only=True)
class SenderKey:
    """A key with which a case system sends closed cases of one source. The key is not in it."""

    id: str
    source: str
    key_digest: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One revision of what a customer said. Revisions are appended, the newest counts."""

    invitation_id: str
    revision: int
    ease: int
    satisfaction: int
    comment: str
    contact_welcome: bool
    wording_version: int
    language: str
    answered_at: datetime
    answered_week: str
    flags: tuple[str, ...] = ()

    def is_low(self, threshold: int) -> bool:
        """Return whether either score is `threshold` or less, on the scale 1 to 5."""
        return min(self.ease, self.satisfaction) <= threshold


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an answer has come. Each step has its own moment; none is skipped silently."""

    read_at: datetime | None = None
    discussed_at: datetime | None = None
    discussed_week: str | None = None
    handled_at: datetime | None = None


class MeasuredCase(Protocol):
    """What the durations of a case are measured by."""

    @property
    def case_kind(self) -> str | None: ...
    @property
    def closure_reason(self) -> str | None: ...
    @property
    def opened_at(self) -> datetime | None: ...
    @property
    def first_response_at(self) -> datetime | None: ...
    @property
    def closed_at(self) -> datetime: ...
    @property
    def first_response_seconds(self) -> int | None: ...
    @property
    def resolution_seconds(self) -> int | None: ...
    @property
    def duration_clock(self) -> str | None: ...


@dataclass(frozen=True, kw_only=True)
class CohortCase:
    """A closed case as published figures read it, as it was known at a moment.

    There is no number, customer, team or word in it. The answer's fields are None without one;
    `expires_at` is when its link stops taking one, None where none is taken.
    """

    closed_week: str
    closed_at: datetime
    case_kind: str | None
    closure_reason: str | None
    opened_at: datetime | None
    first_response_at: datetime | None
    first_response_seconds: int | None
    resolution_seconds: int | None
    duration_clock: str | None
    became: Became
    expires_at: datetime | None = None
    answered_at: datetime | None = None
    ease: int | None = None
    satisfaction: int | None = None
    wording_version: int | None = None
    flagged: bool = False
    contact_welcome: bool = False
    read_at: datetime | None = None
    contacted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AnsweredCase:
    """A closed case with its invitation's state and newest answer, as review and export read it.

    `closed_week` and `answered_week` are ISO weeks in the team's time zone; an answer counts in
    the week its first revision arrived.
    """

    invitation_id: str
    case_number: str
    source: str
    closed_at: datetime
    closed_week: str
    invitation_state: InvitationState
    withheld_because: str | None
    handed_over: bool
    expires_at: datetime
    case_kind: str | None
    case_url: str | None
    customer: str | None
    team: str | None
    language: str | None
    closure_reason: str | None
    opened_at: datetime | None
    first_response_at: datetime | None
    first_response_seconds: int | None
    resolution_seconds: int | None
    duration_clock: str | None
    answered_at: datetime | None = None
    answered_week: str | None = None
    revision: int | None = None
    ease: int | None = None
    satisfaction: int | None = None
    comment: str | None = None
    contact_welcome: bool | None = None
    wording_version: int | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OutboxMessage:
    """A message waiting to be delivered: the mail as it will be sent, and how often it was tried.

    `message` is the whole RFC 5322 text; `attempts` counts tries that ended in a refusal or a
    broken connection.
    """

    id: str
    kind: str
    invitation_id: str | None
    recipient: str
    message: str
    attempts: int
    created_at: datetime
