"""Stores closed cases with their invitations, and queues the emails."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from feedback_app.base.links import new_id
from feedback_app.base.weeks import week_of
from feedback_app.base.working_days import WorkingHours
from feedback_app.database.contract import Database, Transaction
from feedback_app.invitations.decisions import (
    IntakeDecision,
    IntakeOutcome,
    Limits,
    decision_about,
)
from feedback_app.invitations.sampling import Sampling
from feedback_app.mail.closure import CLOSURE, CLOSURE_KINDS, CLOSURE_WITHOUT_SURVEY, REMINDER
from feedback_app.mail.never_asked import NeverAsked
from feedback_app.records import (
    CASE_FIELDS,
    ClosedCase,
    OutboxMessage,
    Reopening,
    WithheldBecause,
)
from feedback_app.store import cases, invitations, outbox, reopenings
from feedback_app.store.case_lookups import KnownCases
from support_facts import Facts

_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)

# A customer may submit a page that was opened before its link expired.
GRACE = timedelta(hours=1)
# The time in which `survey.emails_per_contact` counts.
_PER_CONTACT = timedelta(hours=24)
# These customers still get the closure email, with or without the survey.
_STILL_NOTIFIED = (None, "opt_out", "quiet_period", "excluded", "not_sampled")


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


@dataclass(frozen=True)
class CaseIntake:
    """Stores each closing once, decides whether to ask the customer, and queues the email.

    `we_send` is false if the case system sends the closure email and only needs the link.
    """

    facts: Facts
    zone: ZoneInfo
    we_send: bool = True
    never_asked: NeverAsked = NeverAsked()
    sampling: Sampling = Sampling()

    def decide(
        self,
        source: Database | Transaction,
        case: ClosedCase,
        now: datetime,
        ask_anyway: bool = False,
        until_reopened: bool = False,
    ) -> IntakeDecision:
        """Return the decision about `case`. It only reads.

        `ask_anyway` ignores the asking limit, likely duplicates and the sampling. With
        `until_reopened`, a later closing is the same one unless the case was reopened in between.
        """
        limits = self._limits(now, ask_anyway, until_reopened)
        return self._decide_all(KnownCases(source), [case], limits)[0]

    def decide_all(
        self, known: KnownCases, closed: Sequence[ClosedCase], now: datetime, ask_anyway: bool
    ) -> list[IntakeDecision]:
        """Return the decisions about several cases, in order, and add the new ones to `known`."""
        return self._decide_all(known, closed, self._limits(now, ask_anyway, False))

    def _decide_all(
        self, known: KnownCases, closed: Sequence[ClosedCase], limits: Limits
    ) -> list[IntakeDecision]:
        known.load(closed)
        decisions = []
        for case in closed:
            decision = decision_about(known, case, limits)
            if decision.outcome == "new":
                known.add(case, decision.withheld_because)
            if decision.decides and decision.withheld_because is None and limits.quiet_since:
                known.add_asked(case)
            decisions.append(decision)
        return decisions

    def is_notified(self, case: ClosedCase, withheld: WithheldBecause | None) -> bool:
        """Return whether the contact gets the closure email, with or without the survey."""
        return bool(self.we_send and case.contact_email and withheld in _STILL_NOTIFIED)

    def emails_due(self, now: datetime) -> datetime:
        """Return when the emails about closings that are received at `now` are sent."""
        hours = WorkingHours.of(self.facts.organisation)
        return hours.after(now, self.facts.survey.survey_delay_hours)

    def _limits(self, now: datetime, ask_anyway: bool, until_reopened: bool) -> Limits:
        rules = self.facts.survey
        asking_limit = timedelta(days=rules.asking_limit_days)
        quiet = timedelta(days=rules.quiet_period_days)
        return Limits(
            same_closing=timedelta(hours=rules.same_closure_hours),
            oldest=_EARLIEST if ask_anyway else now - asking_limit,
            quiet_since=now - quiet if quiet else None,
            checks_duplicates=not ask_anyway,
            never_asked=self.never_asked,
            completes_since=now - self._completion_period,
            until_reopened=until_reopened,
            sampling=Sampling() if ask_anyway else self.sampling,
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
        if decision.known_case is None:
            withheld = decision.withheld_because
            case_ref = cases.add(tx, case, week_of(case.closed_at, self.zone), now)
            expires_at = self.emails_due(now) + self._link_lifetime
            invitation_id = invitations.add(tx, case_ref, now, expires_at, withheld)
            result = IntakeResult("new", case_ref, invitation_id, withheld)
        else:
            case, result = self._complete(tx, decision.known_case, case, decision, now)
        if result.invitation_id and result.withheld_because is None:
            self._supersede_earlier(tx, result.invitation_id, now)
        if result.invitation_id and send:
            self._queue_email(tx, case, result.invitation_id, result.withheld_because, now)
        return result

    def _complete(
        self,
        tx: Transaction,
        case_ref: str,
        case: ClosedCase,
        decision: IntakeDecision,
        now: datetime,
    ) -> tuple[ClosedCase, IntakeResult]:
        """Complete a known closing, let its invitation begin again if so decided; return both."""
        done = cases.complete(tx, case_ref, case, now - self._completion_period)
        outcome: IntakeOutcome = "completed" if done.is_completed or decision.restarts else "known"
        result = IntakeResult(outcome, case_ref, differing=done.differing)
        if decision.restarts:
            withheld = decision.withheld_because
            expires_at = self.emails_due(now) + self._link_lifetime
            invitation_id = invitations.restart(tx, case_ref, now, expires_at, withheld)
            result = replace(result, invitation_id=invitation_id, withheld_because=withheld)
        return done.case, result

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
        """Withdraw the unsent closure email and reminder of this invitation. Alerts stay."""
        outbox.withdraw(tx, invitation_id, (*CLOSURE_KINDS, REMINDER), now, reason)

    def _queue_email(
        self,
        tx: Transaction,
        case: ClosedCase,
        invitation_id: str,
        withheld: WithheldBecause | None,
        now: datetime,
    ) -> None:
        if case.contact_email and self.is_notified(case, withheld):
            since = now - _PER_CONTACT
            recent = outbox.count_sent_to(tx, case.contact_email, CLOSURE_KINDS, since)
            is_held = recent >= self.facts.survey.emails_per_contact
            message = OutboxMessage(
                id=new_id(),
                kind=CLOSURE_WITHOUT_SURVEY if withheld else CLOSURE,
                recipient=case.contact_email,
                created_at=now,
                due_at=outbox.HELD if is_held else self.emails_due(now),
                invitation_id=invitation_id,
            )
            outbox.add(tx, message)

    def _supersede_earlier(self, tx: Transaction, invitation_id: str, now: datetime) -> None:
        """Withdraw unanswered invitations about earlier closings, so that one link is left."""
        for superseded in invitations.supersede_earlier(tx, invitation_id, now):
            self.withdraw_email(tx, superseded, now, "withdrawn: the case was closed again")
