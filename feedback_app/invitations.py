"""Which customers get a survey invitation, when, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from feedback_app.base.links import new_id
from feedback_app.base.weeks import week_of
from feedback_app.database.contract import Database, Transaction
from feedback_app.mail.closure import CLOSURE, CLOSURE_KINDS, CLOSURE_WITHOUT_SURVEY
from feedback_app.mail.never_asked import UNREAD, NeverAsked
from feedback_app.records import (
    CASE_FIELDS,
    ClosedCase,
    OutboxMessage,
    Reopening,
    SeenClosing,
    WithheldBecause,
)
from feedback_app.store import cases, invitations, outbox, reopenings
from feedback_app.store.case_lookups import KnownCases
from support_facts import Facts

_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)

# A customer may submit a page that was opened before its link expired.
GRACE = timedelta(hours=1)
# These customers still get the closure email, with or without the survey.
_STILL_NOTIFIED = (None, "opt_out", "quiet_period", "excluded")


# A likely duplicate is the same closing from another source. It is not stored. A known closing is
# completed if this delivery fills empty fields or closes a reopened case again.
IntakeOutcome = Literal["new", "known", "completed", "likely_duplicate"]


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


# One object for each decision about a new case, because a preview makes as many as a file has rows.
_NEW = {reason: IntakeDecision("new", reason) for reason in (None, *get_args(WithheldBecause))}


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


class _Limits(NamedTuple):
    """The rules of the facts as times, calculated once for many cases."""

    same_closing: timedelta
    oldest: datetime
    quiet_since: datetime | None
    checks_duplicates: bool
    never_asked: NeverAsked
    completes_since: datetime
    until_reopened: bool


@dataclass(frozen=True)
class CaseIntake:
    """Stores each closing once, decides whether to ask the customer, and queues the email.

    `we_send` is false if the case system sends the closure email and only needs the link.
    """

    facts: Facts
    zone: ZoneInfo
    we_send: bool = True
    never_asked: NeverAsked = NeverAsked()

    def decide(
        self,
        source: Database | Transaction,
        case: ClosedCase,
        now: datetime,
        ask_anyway: bool = False,
        until_reopened: bool = False,
    ) -> IntakeDecision:
        """Return the decision about `case`. It only reads.

        `ask_anyway` ignores the asking limit and likely duplicates. With `until_reopened`, a later
        closing is the same one unless the case was reopened in between.
        """
        limits = self._limits(now, ask_anyway, until_reopened)
        return self._decide_all(KnownCases(source), [case], limits)[0]

    def decide_all(
        self, known: KnownCases, closed: Sequence[ClosedCase], now: datetime, ask_anyway: bool
    ) -> list[IntakeDecision]:
        """Return the decisions about several cases, in order, and add the new ones to `known`."""
        return self._decide_all(known, closed, self._limits(now, ask_anyway, False))

    def _decide_all(
        self, known: KnownCases, closed: Sequence[ClosedCase], limits: _Limits
    ) -> list[IntakeDecision]:
        known.load(closed)
        decisions = []
        for case in closed:
            decision = _decision(known, case, limits)
            if decision.outcome == "new":
                known.add(case, decision.withheld_because)
            if decision.decides and decision.withheld_because is None and limits.quiet_since:
                known.add_asked(case)
            decisions.append(decision)
        return decisions

    def is_notified(self, case: ClosedCase, withheld: WithheldBecause | None) -> bool:
        """Return whether the contact gets the closure email, with or without the survey."""
        return bool(self.we_send and case.contact_email and withheld in _STILL_NOTIFIED)

    def _limits(self, now: datetime, ask_anyway: bool, until_reopened: bool) -> _Limits:
        rules = self.facts.survey
        asking_limit = timedelta(days=rules.asking_limit_days)
        quiet = timedelta(days=rules.quiet_period_days)
        return _Limits(
            same_closing=timedelta(hours=rules.same_closure_hours),
            oldest=_EARLIEST if ask_anyway else now - asking_limit,
            quiet_since=now - quiet if quiet else None,
            checks_duplicates=not ask_anyway,
            never_asked=self.never_asked,
            completes_since=now - self._completion_period,
            until_reopened=until_reopened,
        )

    @property
    def _link_lifetime(self) -> timedelta:
        return timedelta(days=self.facts.survey.link_lifetime_days)

    @property
    def _completion_period(self) -> timedelta:
        """Return how long after its closing a case is completed, so before retention empties it."""
        lifetimes = {field.lifetime for field in CASE_FIELDS.values() if field.lifetime}
        return timedelta(days=min(self.facts.period(name).days for name in lifetimes))

    def store(
        self,
        tx: Transaction,
        case: ClosedCase,
        now: datetime,
        ask_anyway: bool = False,
        send: bool = True,
        until_reopened: bool = False,
    ) -> IntakeResult:
        """Store `case` with its invitation and email in `tx`, unless this closing is a duplicate.

        A duplicate fills in what the stored closing lacks. With `send` false, no email is written
        because the case system sends its own.
        """
        rules = self.facts.survey
        subject = case.subject if rules.show_subject else None
        case = replace(case, closure_key=case.key, subject=subject)
        # The same closing from two sources, and two cases of one contact, must see each other.
        # One lock for all cases cannot deadlock.
        tx.only_one("intake")
        decision = self.decide(tx, case, now, ask_anyway, until_reopened)
        if decision.outcome == "likely_duplicate":
            return IntakeResult("likely_duplicate", None, duplicate_of=decision.duplicate_of)
        withheld, expires_at = decision.withheld_because, now + self._link_lifetime
        differing: tuple[str, ...] = ()
        if decision.known_case is None:
            case_ref = cases.add(tx, case, week_of(case.closed_at, self.zone), now)
            invitation_id = invitations.add(tx, case_ref, now, expires_at, withheld)
        else:
            case_ref = decision.known_case
            done = cases.complete(tx, case_ref, case, now - self._completion_period)
            case, differing = done.case, done.differing
            if not decision.restarts:
                outcome: IntakeOutcome = "completed" if done.is_completed else "known"
                return IntakeResult(outcome, case_ref, differing=differing)
            invitation_id = invitations.restart(tx, case_ref, now, expires_at, withheld)
        if withheld is None:
            self._supersede_earlier(tx, invitation_id, now)
        if send:
            self._queue_email(tx, case, invitation_id, withheld, now)
        return IntakeResult(
            decision.outcome, case_ref, invitation_id, withheld, differing=differing
        )

    def reopen(self, tx: Transaction, reopening: Reopening, now: datetime) -> int:
        """Withhold the unanswered surveys about earlier closings of a case that is open again.

        Unsent emails about them are withdrawn. Returns the number of these surveys.
        """
        tx.only_one("intake")
        reopenings.add(tx, reopening)
        withheld = invitations.reopen(tx, reopening, now)
        for invitation_id in withheld:
            self.withdraw_email(tx, invitation_id, now, "withdrawn: the case was reopened")
        return len(withheld)

    def release_link(self, tx: Transaction, invitation_id: str, now: datetime) -> None:
        """Record that the case system passes the link to the customer from `now` on.

        The first time counts: the link works for its whole lifetime from then on.
        """
        invitations.hand_over(tx, invitation_id, now, now + self._link_lifetime)
        self._supersede_earlier(tx, invitation_id, now)

    def withdraw_email(
        self, tx: Transaction, invitation_id: str, now: datetime, reason: str
    ) -> None:
        """Withdraw the closure email of this invitation unless it was sent. Alerts stay."""
        outbox.withdraw(tx, invitation_id, CLOSURE_KINDS, now, reason)

    def _queue_email(
        self,
        tx: Transaction,
        case: ClosedCase,
        invitation_id: str,
        withheld: WithheldBecause | None,
        now: datetime,
    ) -> None:
        if case.contact_email and self.is_notified(case, withheld):
            outbox.add(
                tx,
                OutboxMessage(
                    id=new_id(),
                    kind=CLOSURE_WITHOUT_SURVEY if withheld else CLOSURE,
                    recipient=case.contact_email,
                    created_at=now,
                    invitation_id=invitation_id,
                ),
            )

    def _supersede_earlier(self, tx: Transaction, invitation_id: str, now: datetime) -> None:
        """Withdraw unanswered invitations about earlier closings, so that one link is left."""
        for superseded in invitations.supersede_earlier(tx, invitation_id, now):
            self.withdraw_email(tx, superseded, now, "withdrawn: the case was closed again")


def _decision(known: KnownCases, case: ClosedCase, limits: _Limits) -> IntakeDecision:
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
    known: KnownCases, same: SeenClosing, case: ClosedCase, limits: _Limits
) -> IntakeDecision:
    """Return the decision about a later delivery of the known closing `same`."""
    restarts = same.withheld_because == "reopened" and not known.is_open(case)
    lacked_address = same.withheld_because == "no_address" and not same.contact_email
    is_completed = same.closed_at >= limits.completes_since and known.complete(same, case)
    restarts = restarts or (lacked_address and bool(same.contact_email))
    same.closed_again_at = max(same.last_closed_at, case.closed_at)
    if restarts:
        about = replace(case, closed_at=same.closed_again_at, contact_email=same.contact_email)
        same.withheld_because = _withheld(known, about, limits)
        return IntakeDecision("completed", same.withheld_because, same.id, restarts=True)
    return IntakeDecision("completed" if is_completed else "known", known_case=same.id)


def _withheld(known: KnownCases, case: ClosedCase, limits: _Limits) -> WithheldBecause | None:
    """Return why the customer is not asked about a closing, or None."""
    if known.is_open(case):
        return "reopened"
    if known.closed_again_later(case):
        return "superseded"
    if case.closed_at < limits.oldest:
        return "too_old"
    if not case.contact_email:
        return "no_address"
    never = limits.never_asked.reason(case.contact_email)
    if never in UNREAD:
        return never
    if known.has_opted_out(case.contact_email):
        return "opt_out"
    if never:
        return never
    if limits.quiet_since and known.asked_since(case, limits.quiet_since):
        return "quiet_period"
    return None
