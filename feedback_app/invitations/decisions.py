"""The decision about one closed case: new or known, and why its customer is not asked."""

import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import repeat
from typing import Literal, NamedTuple, get_args

from feedback_app.mail.never_asked import NeverAsked
from feedback_app.records import ClosedCase, SeenClosing, WithheldBecause
from feedback_app.store.case_lookups import KnownCases

# A likely duplicate is the same closing from another source. It is not stored. A known closing is
# completed if this delivery fills empty fields or closes a reopened case again.
IntakeOutcome = Literal["new", "known", "completed", "likely_duplicate"]


@dataclass(frozen=True)
class Sampling:
    """Asks about `percent` % of the cases, chosen by HMAC-SHA256 of source and case id.

    A case is always decided in the same way, and only somebody with the key can predict how.
    A case that is asked at a lower percentage is also asked at a higher one.
    """

    percent: int = 100
    key: str = ""

    def includes(self, case: ClosedCase) -> bool:
        """Return whether this case is asked."""
        if self.percent == 100:
            return True
        text = json.dumps(["feedback.sampling", case.source, case.case_id])
        digest = hmac.digest(self.key.encode(), text.encode(), "sha256")
        return int.from_bytes(digest[:8]) * 100 < self.percent << 64


@dataclass(frozen=True)
class IntakeDecision:
    """Whether a closing is new or known (a duplicate), and why its customer is not asked.

    `known_case` is its key in the database, None if a dry run met it earlier in the same file.
    `duplicate_of` is the source that sent a likely duplicate first. If `restarts` is set, the
    invitation of a known closing begins again; otherwise it stays as it is.
    """

    outcome: IntakeOutcome
    withheld_because: WithheldBecause | None = None
    known_case: str | None = None
    duplicate_of: str | None = None
    restarts: bool = False

    @property
    def decides(self) -> bool:
        """Return whether this decides if the customer is asked now."""
        return self.restarts or self.outcome == "new"


@dataclass(frozen=True)
class IntakeResult:
    """What was stored for a closed case.

    `case_ref` is its key in the database, None for a likely duplicate, which is not stored.
    `differing` are the fields with another value than the stored one, which was kept.
    """

    outcome: IntakeOutcome
    case_ref: str | None
    invitation_id: str | None = None
    withheld_because: WithheldBecause | None = None
    duplicate_of: str | None = None
    differing: tuple[str, ...] = ()

    @property
    def decides(self) -> bool:
        """Return whether the invitation was created or begins again."""
        return self.invitation_id is not None


# One object for each decision about a new case, because a preview makes as many as a file has rows.
_NEW = {reason: IntakeDecision("new", reason) for reason in (None, *get_args(WithheldBecause))}


class Limits(NamedTuple):
    """The rules of the facts as times, calculated once for many cases."""

    same_closing: timedelta
    oldest: datetime
    quiet_since: datetime | None
    checks_duplicates: bool
    never_asked: NeverAsked
    completes_since: datetime
    until_reopened: bool
    sampling: Sampling


def decide_all(
    known: KnownCases,
    closed: Sequence[ClosedCase],
    limits: Limits,
    refs: Iterable[str | None] = repeat(None),
) -> list[IntakeDecision]:
    """Return the decisions about cases; new ones are added to `known` with their keys `refs`."""
    known.load(closed)
    decisions = []
    for case, case_ref in zip(closed, refs, strict=False):
        decision = decision_about(known, case, limits)
        if decision.outcome == "new":
            known.add(case, decision.withheld_because, case_ref)
        if decision.decides and decision.withheld_because is None and limits.quiet_since:
            known.add_asked(case)
        decisions.append(decision)
    return decisions


def decision_about(known: KnownCases, case: ClosedCase, limits: Limits) -> IntakeDecision:
    """Return the decision about a closing, in view of the known ones."""
    # Nearly all cases of a file are new, and need no comparison with others.
    if not known.is_unknown(case):
        if same := known.same_closing(case, limits.same_closing, limits.until_reopened):
            return _decision_again(known, same, case, limits)
        if limits.checks_duplicates and (
            source := known.likely_duplicate(case, limits.same_closing)
        ):
            return IntakeDecision("likely_duplicate", duplicate_of=source)
    return _NEW[_withheld(known, case, limits)]


def _decision_again(
    known: KnownCases, same: SeenClosing, case: ClosedCase, limits: Limits
) -> IntakeDecision:
    """Return the decision about a later delivery of the known closing `same`."""
    restarts = same.withheld_because == "reopened" and not known.is_open(case)
    lacked_address = (
        same.withheld_because in ("no_address", "not_sampled") and not same.contact_email
    )
    is_completed = same.closed_at >= limits.completes_since and known.complete(same, case)
    restarts = restarts or (lacked_address and bool(same.contact_email))
    same.closed_again_at = max(same.last_closed_at, case.closed_at)
    if restarts:
        about = replace(case, closed_at=same.closed_again_at, contact_email=same.contact_email)
        same.withheld_because = _withheld(known, about, limits)
        return IntakeDecision("completed", same.withheld_because, same.id, restarts=True)
    return IntakeDecision("completed" if is_completed else "known", known_case=same.id)


def _withheld(known: KnownCases, case: ClosedCase, limits: Limits) -> WithheldBecause | None:
    """Return why the customer is not asked about a closing, or None."""
    if known.is_open(case):
        return "reopened"
    if known.closed_again_later(case):
        return "superseded"
    if case.closed_at < limits.oldest:
        return "too_old"
    if not case.contact_email:
        # A case system may pass the link on without telling us the address.
        return "no_address" if limits.sampling.includes(case) else "not_sampled"
    opted_out = known.has_opted_out(case.contact_email)
    if reason := limits.never_asked.reason(case.contact_email, opted_out):
        return reason
    if limits.quiet_since and known.asked_since(case, limits.quiet_since):
        return "quiet_period"
    return None if limits.sampling.includes(case) else "not_sampled"
