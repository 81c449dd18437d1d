"""Data classes of the weekly review."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from feedback_app.records.survey import Progress
from support_facts import is_email_address

Role = Literal["reader", "lead", "admin"]
ROLES: tuple[Role, ...] = ("reader", "lead", "admin")
CareReason = Literal["threat", "personal_data", "names_agent"]
CARE_REASONS: tuple[CareReason, ...] = ("threat", "personal_data", "names_agent")
FollowUpOutcome = Literal["contacted", "not_reached", "not_needed"]
FOLLOW_UP_OUTCOMES: tuple[FollowUpOutcome, ...] = ("contacted", "not_reached", "not_needed")
# Why a follow-up was closed automatically.
ClosedBecause = Literal["erased", "opted_out"]

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")


def account_name(typed: str) -> str:
    """Return `typed` as an account name, in lower case.

    Raises ValueError if it has other characters than letters a to z, digits and . _ @ + -
    """
    name = typed.strip().lower()
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{typed!r} is not a valid account name: use letters a to z, digits and . _ @ + -"
        )
    return name


@dataclass(frozen=True, kw_only=True)
class Lead:
    """An account. Readers only view, leads also make changes, admins also see the audit log.

    `password_hash` is None if a proxy signs leads in, or until the lead sets a password with a
    link, which works until `link_expires_at`.
    """

    name: str
    role: Role
    password_hash: str | None
    added_at: datetime
    email: str | None = None
    signed_in_at: datetime | None = None
    link_expires_at: datetime | None = None

    @property
    def address(self) -> str | None:
        """Return the email address: the stored one, or the name if that is one."""
        return self.email or (self.name if is_email_address(self.name) else None)

    def may(self, role: Role) -> bool:
        """Return whether this account has the permissions of `role`."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, kw_only=True)
class Action:
    """An entry of the audit log. `lead` and `subject` are None after their retention period."""

    done_at: datetime
    lead: str | None
    action: str
    subject: str | None


@dataclass(frozen=True, kw_only=True)
class Note:
    """A lead's note about an answer."""

    id: str
    text: str
    written_at: datetime


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """A task to contact the customer about an answer by `due_on`, a date in the team's time zone.

    The follow-ups of an answer are numbered from 1; only the last one can be open.
    """

    invitation_id: str
    number: int
    opened_at: datetime
    due_on: date
    closed_at: datetime | None = None
    outcome: str | None = None
    remark: str = ""
    owner: str = ""

    def is_overdue(self, today: date) -> bool:
        """Return whether it is still open after its due date."""
        return self.closed_at is None and today > self.due_on


@dataclass(frozen=True, kw_only=True)
class AnswerStatus:
    """What leads did about an answer; `follow_up` is the newest one."""

    unread: bool
    progress: Progress
    notes: tuple[Note, ...] = ()
    follow_up: FollowUp | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision of the meeting of `week`, optionally about a case.

    `owner` is a name that a lead typed, or "".
    """

    id: str
    week: str
    text: str
    written_at: datetime
    owner: str = ""
    due_on: date | None = None
    done_at: datetime | None = None
    invitation_id: str | None = None
    case_number: str | None = None

    def is_overdue(self, today: date) -> bool:
        """Return whether it is still open after its due date."""
        return self.done_at is None and self.due_on is not None and today > self.due_on


class MeetingItem(NamedTuple):
    """Minutes about an answer. `chosen` is None if no saved agenda listed the answer."""

    chosen: bool | None
    text: str
    case_number: str | None


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """The meeting about the answers of a week. `ended_at` is None until it ends.

    `items` maps invitation ids to what was chosen and written; "" is the meeting in general.
    """

    week: str
    ended_at: datetime | None
    decisions: tuple[Decision, ...]
    items: Mapping[str, MeetingItem]

    def minutes_about(self, invitation_id: str) -> str:
        """Return the minutes about an answer, or with "" about the meeting in general."""
        item = self.items.get(invitation_id)
        return item.text if item else ""

    def decisions_about(self, invitation_id: str | None) -> list[Decision]:
        """Return the decisions about this answer, or about the week if it is None."""
        return [one for one in self.decisions if one.invitation_id == invitation_id]


class ScoreCount(NamedTuple):
    """The number of answers of a week with this pair of scores, each 1 to 5."""

    week: str
    ease: int
    satisfaction: int
    answers: int


@dataclass(frozen=True, kw_only=True)
class WeekTotals:
    """The counts of one or more weeks, without annulled answers.

    `answers` to `read_pending` are about the answers that arrived: `flagged` ones may
    be automated, `read_in_time` were read within `survey.read_within_days`, and for `read_pending`,
    still unread, this time has not ended. The others are about the closed cases:
    `reached` customers have the survey, `answered` of them answered, and `open_until` (UTC) is when
    the last survey link expires, None if all have expired. The first response is `measured` for
    some cases on the clock of the target, and `in_target` for some of these. `of_sample` answers
    and cases are sample data.
    """

    answers: int
    comments: int
    flagged: int
    read_in_time: int
    read_pending: int
    closed: int
    reached: int
    answered: int
    open_until: datetime | None
    measured: int
    in_target: int
    of_sample: int

    @property
    def response_rate(self) -> float | None:
        """Return answered / reached, 0 to 1, or None if no survey reached a customer."""
        return self.answered / self.reached if self.reached else None

    @property
    def sample(self) -> Literal["none", "some", "all"]:
        """Return whether the answers and cases are sample data."""
        if not self.of_sample:
            return "none"
        return "all" if self.of_sample == self.answers + self.closed else "some"
