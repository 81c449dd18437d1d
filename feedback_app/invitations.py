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
from feedback_app.records import ClosedCase, OutboxMessage, WithheldBecause
from feedback_app.store import cases, invitations, outbox
from feedback_app.store.case_lookups import LoadedCases, PlannedCases, QueriedCases
from support_facts import Facts

_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)

# A customer may submit a page that was opened before its link expired.
GRACE = timedelta(hours=1)
# These customers still get the closure email, with or without the survey.
_STILL_NOTIFIED = (None, "opt_out", "quiet_period")


# A likely duplicate is the same closing from another source. It is not stored.
IntakeOutcome = Literal["new", "known", "likely_duplicate"]


@dataclass(frozen=True)
class IntakeDecision:
    """Whether a closing is new or known (a duplicate), and why its customer is not asked.

    `duplicate_of` is the source that sent a likely duplicate first.
    """

    outcome: IntakeOutcome
    withheld_because: WithheldBecause | None = None
    known_case: str | None = None
    duplicate_of: str | None = None


# One object for each decision about a new case, because a preview makes as many as a file has rows.
_NEW = {reason: IntakeDecision("new", reason) for reason in (None, *get_args(WithheldBecause))}


@dataclass(frozen=True)
class IntakeResult:
    """What was stored for a closed case.

    `case_ref` is its key in the database, None for a likely duplicate, which is not stored.
    """

    outcome: IntakeOutcome
    case_ref: str | None
    invitation_id: str | None = None
    withheld_because: WithheldBecause | None = None
    duplicate_of: str | None = None


class _Limits(NamedTuple):
    """The rules of the facts as times, calculated once for many cases."""

    same_closing: timedelta
    oldest: datetime
    quiet_since: datetime | None
    checks_duplicates: bool


@dataclass(frozen=True)
class CaseIntake:
    """Stores each closing once, decides whether to ask the customer, and queues the email.

    `we_send` is false if the case system sends the closure email and only needs the link.
    """

    facts: Facts
    zone: ZoneInfo
    we_send: bool = True

    def decide(
        self,
        source: Database | Transaction,
        case: ClosedCase,
        now: datetime,
        ask_anyway: bool = False,
        planned: PlannedCases | None = None,
    ) -> IntakeDecision:
        """Return the decision about `case`, which the import and the dry run both follow.

        It only reads. `planned` are cases to consider in addition to those in the database;
        `ask_anyway` ignores the asking limit and likely duplicates.
        """
        limits = self._limits(now, ask_anyway)
        return self._decide(QueriedCases(source), case, limits, planned or PlannedCases())

    def decide_all(
        self,
        source: Database,
        closed: Sequence[ClosedCase],
        now: datetime,
        ask_anyway: bool,
        planned: PlannedCases,
    ) -> list[IntakeDecision]:
        """Return the decisions about several cases, in order, and add the new ones to `planned`."""
        stored, limits = LoadedCases(source, closed), self._limits(now, ask_anyway)
        decisions = []
        for case in closed:
            # Nearly all cases of a file are new, and need no comparison with others.
            if stored.is_unknown(case) and planned.is_unknown(case):
                decision = _NEW[_withheld_if_newest(stored, case, limits, planned)]
            else:
                decision = self._decide(stored, case, limits, planned)
            if decision.outcome == "new":
                is_asked = decision.withheld_because is None and limits.quiet_since is not None
                planned.add(case, is_asked)
            decisions.append(decision)
        return decisions

    def is_notified(self, case: ClosedCase, withheld: WithheldBecause | None) -> bool:
        """Return whether the contact gets the closure email, with or without the survey."""
        return bool(self.we_send and case.contact_email and withheld in _STILL_NOTIFIED)

    def _limits(self, now: datetime, ask_anyway: bool) -> _Limits:
        rules = self.facts.survey
        asking_limit = timedelta(days=rules.asking_limit_days)
        quiet = timedelta(days=rules.quiet_period_days)
        return _Limits(
            same_closing=timedelta(hours=rules.same_closure_hours),
            oldest=_EARLIEST if ask_anyway else now - asking_limit,
            quiet_since=now - quiet if quiet else None,
            checks_duplicates=not ask_anyway,
        )

    def _decide(
        self,
        stored: QueriedCases | LoadedCases,
        case: ClosedCase,
        limits: _Limits,
        planned: PlannedCases,
    ) -> IntakeDecision:
        known = stored.same_closing(case, limits.same_closing)
        if known or planned.has_same_closing(case, limits.same_closing):
            return IntakeDecision("known", known_case=known)
        if limits.checks_duplicates:
            duplicate_of = stored.likely_duplicate(case, limits.same_closing)
            duplicate_of = duplicate_of or planned.likely_duplicate(case, limits.same_closing)
            if duplicate_of:
                return IntakeDecision("likely_duplicate", duplicate_of=duplicate_of)
        return _NEW[_withheld(stored, case, limits, planned)]

    def store(
        self,
        tx: Transaction,
        case: ClosedCase,
        now: datetime,
        ask_anyway: bool = False,
        send: bool = True,
    ) -> IntakeResult:
        """Store `case` with its invitation and email in `tx`, unless this closing is a duplicate.

        With `send` false, no email is written because the case system sends its own.
        """
        rules = self.facts.survey
        case = replace(case, closure_key=case.key)
        # The same closing from two sources, and two cases of one contact, must see each other.
        # One lock for all cases cannot deadlock.
        tx.only_one("intake")
        decision = self.decide(tx, case, now, ask_anyway)
        if decision.outcome != "new":
            return IntakeResult(
                decision.outcome, decision.known_case, duplicate_of=decision.duplicate_of
            )
        withheld = decision.withheld_because
        case_ref = cases.add(tx, case, week_of(case.closed_at, self.zone), now)
        expires_at = now + timedelta(days=rules.link_lifetime_days)
        invitation_id = invitations.add(tx, case_ref, now, expires_at, withheld)
        if withheld is None:
            self._supersede_earlier(tx, invitation_id, now)
        if send and case.contact_email and self.is_notified(case, withheld):
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
        return IntakeResult("new", case_ref, invitation_id, withheld)

    def release_link(self, tx: Transaction, invitation_id: str, now: datetime) -> None:
        """Record that the case system passes the link to the customer from `now` on.

        The first time counts: the link works for its whole lifetime from then on.
        """
        lifetime = timedelta(days=self.facts.survey.link_lifetime_days)
        invitations.hand_over(tx, invitation_id, now, now + lifetime)
        self._supersede_earlier(tx, invitation_id, now)

    def withdraw_email(
        self, tx: Transaction, invitation_id: str, now: datetime, reason: str
    ) -> None:
        """Withdraw the closure email of this invitation unless it was sent. Alerts stay."""
        outbox.withdraw(tx, invitation_id, CLOSURE_KINDS, now, reason)

    def _supersede_earlier(self, tx: Transaction, invitation_id: str, now: datetime) -> None:
        """Withdraw unanswered invitations about earlier closings, so that one link is left."""
        for superseded in invitations.supersede_earlier(tx, invitation_id, now):
            self.withdraw_email(tx, superseded, now, "withdrawn: the case was closed again")


def _withheld(
    stored: QueriedCases | LoadedCases, case: ClosedCase, limits: _Limits, planned: PlannedCases
) -> WithheldBecause | None:
    """Return why the customer of a new closing is not asked, or None."""
    if stored.closed_again_later(case) or planned.closed_again_later(case):
        return "superseded"
    return _withheld_if_newest(stored, case, limits, planned)


def _withheld_if_newest(
    stored: QueriedCases | LoadedCases, case: ClosedCase, limits: _Limits, planned: PlannedCases
) -> WithheldBecause | None:
    """Return why the customer is not asked, if the case did not close again later."""
    if case.closed_at < limits.oldest:
        return "too_old"
    if not case.contact_email:
        return "no_address"
    if stored.has_opted_out(case.contact_email):
        return "opt_out"
    if limits.quiet_since and (
        stored.asked_since(case, limits.quiet_since) or planned.asked_about_another(case)
    ):
        return "quiet_period"
    return None
