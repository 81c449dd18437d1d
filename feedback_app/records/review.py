"""The nouns of the weekly review: leads, and what they do about answers."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from feedback_app.records.survey import Progress

Role = Literal["reader", "lead", "admin"]
ROLES: tuple[Role, ...] = ("reader", "lead", "admin")
FollowUpOutcome = Literal["contacted", "not_reached", "not_needed"]
FOLLOW_UP_OUTCOMES: tuple[FollowUpOutcome, ...] = ("contacted", "not_reached", "not_needed")

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")


def account_name(typed: str) -> str:
    """Return `typed` as the name of an account, in small letters.

    Raises ValueError for what could not be typed again by everybody.
    """
    name = typed.strip().lower()
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{typed!r} is no name of an account: use letters a to z, digits and . _ @ + -"
        )
    return name


@dataclass(frozen=True, kw_only=True)
class Lead:
    """An account: a reader looks, a lead changes, an admin also sees who changed what.

    `password_hash` is None where a proxy signs in.
    """

    name: str
    role: Role
    password_hash: str | None
    added_at: datetime

    def may(self, role: Role) -> bool:
        """Return whether this account may do what `role` may."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, kw_only=True)
class Action:
    """What a lead exported or changed. `lead` and `subject` are None once that was long ago."""

    done_at: datetime
    lead: str | None
    action: str
    subject: str | None


@dataclass(frozen=True, kw_only=True)
class Note:
    """What a lead wants the meeting to know about an answer."""

    text: str
    written_at: datetime


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """Somebody is to get in touch about an answer by `due_on`, a day in the team's time zone.

    An answer may have several, one after the other, numbered from 1.
    """

    invitation_id: str
    number: int
    opened_at: datetime
    due_on: date
    closed_at: datetime | None = None
    outcome: str | None = None
    remark: str = ""

    def is_overdue(self, today: date) -> bool:
        """Return whether nobody has closed it by the end of its day."""
        return self.closed_at is None and today > self.due_on


@dataclass(frozen=True, kw_only=True)
class AnswerStatus:
    """What leads did about one answer: read, noted, discussed, followed up.

    `follow_up` is the newest one.
    """

    unread: bool
    progress: Progress
    notes: tuple[Note, ...] = ()
    follow_up: FollowUp | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a meeting decided, about one case or about none."""

    id: str
    text: str
    written_at: datetime
    invitation_id: str | None = None
    case_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """The meeting that discusses the answers of a week. `ended_at` is None until it has ended."""

    week: str
    ended_at: datetime | None
    decisions: tuple[Decision, ...]


class ScoreCount(NamedTuple):
    """How many answers of a week have this pair of scores, 1 to 5 each."""

    week: str
    ease: int
    satisfaction: int
    answers: int
