"""Data classes of the survey."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

# The source of everything that `feedback sample` stores.
SAMPLE_SOURCE = "sample"

WithheldBecause = Literal[
    "too_old",
    "no_address",
    "own_address",
    "automatic_address",
    "excluded",
    "opt_out",
    "quiet_period",
    "not_sampled",
    "superseded",
    "reopened",
    "withdrawn",
]
InvitationState = Literal["waiting", "handed_over", "bounced", "withheld", "answered", "expired"]


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """The survey invitation for a closed case. Its state follows from its times and reasons.

    `link_replaced` is true if it was opened by a link that is older than its last renewal.
    From `superseded_at` on, its link takes no answer, because the case was closed again later or
    is open again (`withheld_because` is reopened).
    """

    id: str
    case_ref: str
    source: str
    case_number: str
    closure_reason: str | None = None
    subject: str | None = None
    language: str | None = None
    contact_email: str | None = None
    team: str | None = None
    created_at: datetime
    expires_at: datetime
    withheld_because: WithheldBecause | None
    handed_over_at: datetime | None
    bounced_at: datetime | None
    superseded_at: datetime | None
    answered_at: datetime | None
    renewed_at: datetime | None = None
    reminded_at: datetime | None = None
    link_replaced: bool = False

    @property
    def last_queued_at(self) -> datetime:
        """Return when the newest email about it was written, if we sent it."""
        return max(self.created_at, self.renewed_at or self.created_at)

    def opened_by(self, signed_at: datetime) -> "Invitation":
        """Return this invitation as it is for a link that was signed at this time."""
        # Links are signed with a time in whole seconds.
        renewed_at = self.renewed_at and self.renewed_at.replace(microsecond=0)
        is_replaced = renewed_at is not None and signed_at < renewed_at
        return replace(self, link_replaced=True) if is_replaced else self

    def state(self, now: datetime) -> InvitationState:
        """Return the state at `now`."""
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
    """A closing of a case with its invitation, as shown to the case system that sent it."""

    case_id: str
    closure_key: str
    closed_at: datetime
    invitation: Invitation


@dataclass(frozen=True, kw_only=True)
class SenderKey:
    """An API key with which a case system sends closed cases of one source, stored as a digest."""

    id: str
    source: str
    key_digest: str
    created_at: datetime
    revoked_at: datetime | None = None


class HasScores(Protocol):
    """An object with the two scores of an answer, each 1 to 5, or None without an answer."""

    @property
    def ease(self) -> int | None: ...
    @property
    def satisfaction(self) -> int | None: ...


class Scored:
    """The rule for low answers, shared by all records that have the two scores."""

    def is_low(self: HasScores, threshold: int) -> bool:
        """Return whether a score is `threshold` or less; False without an answer."""
        return min(self.ease or 6, self.satisfaction or 6) <= threshold


@dataclass(frozen=True, kw_only=True)
class Answer(Scored):
    """One revision of a customer's answer. Revisions are appended; the newest counts."""

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


@dataclass(frozen=True, kw_only=True)
class Progress:
    """When an answer was read, discussed and handled; None if it was not yet."""

    read_at: datetime | None = None
    discussed_at: datetime | None = None
    discussed_week: str | None = None
    handled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OutboxMessage:
    """A message waiting for delivery. Its text is built when it is sent.

    It is due at `due_at`, by default immediately. `invitation_id` is set for closure emails and
    alerts, `week` for digests, `lead_name` for links to set a password. `attempts` counts failed
    deliveries.
    """

    id: str
    kind: str
    recipient: str
    created_at: datetime
    invitation_id: str | None = None
    week: str | None = None
    lead_name: str | None = None
    attempts: int = 0
    due_at: datetime | None = None
