"""Which customers get a survey invitation, when, and why not."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from feedback_app.base.links import new_id
from feedback_app.base.weeks import week_of
from feedback_app.database.contract import Database, Transaction
from feedback_app.mail.closure import CLOSURE, CLOSURE_KINDS, CLOSURE_WITHOUT_SURVEY
from feedback_app.records import ClosedCase, OutboxMessage, WithheldBecause
from feedback_app.store import cases, invitations, opt_outs, outbox
from support_facts import Facts

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


@dataclass(frozen=True)
class PlannedCases:
    """The cases that a dry run decided about and did not store.

    `CaseIntake.decide` treats them as if they were in the database.
    """

    _closings: dict[tuple[str, str], list[ClosedCase]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _by_number: dict[str, list[ClosedCase]] = field(default_factory=lambda: defaultdict(list))
    _asked: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))

    def add(self, case: ClosedCase, is_asked: bool) -> None:
        """Record a new closing, and whether its customer is asked."""
        self._closings[_identity(case)].append(case)
        self._by_number[case.case_number].append(case)
        if is_asked and case.contact_email:
            self._asked[case.contact_email.lower()].add(_identity(case))

    def has_same_closing(self, case: ClosedCase, within: timedelta) -> bool:
        """Return the result that `cases.same_closing` would have for these cases."""
        closings = self._closings.get(_identity(case), ())
        return any(case.is_same_closing(one.key, one.closed_at, within) for one in closings)

    def likely_duplicate(self, case: ClosedCase, within: timedelta) -> str | None:
        """Return the result that `cases.likely_duplicate` would have for these cases."""
        others = self._by_number.get(case.case_number, ())
        return next((one.source for one in others if case.is_likely_duplicate(one, within)), None)

    def closed_again_later(self, case: ClosedCase) -> bool:
        """Return the result that `cases.closed_again_later` would have for these cases."""
        closings = self._closings.get(_identity(case), ())
        return any(one.closed_at > case.closed_at for one in closings)

    def asked_about_another(self, case: ClosedCase) -> bool:
        """Return the result that `cases.asked_since` would have for these cases."""
        asked = self._asked.get((case.contact_email or "").lower(), set())
        return bool(asked - {_identity(case)})


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
        planned = planned or PlannedCases()
        within = timedelta(hours=self.facts.survey.same_closure_hours)
        known = cases.same_closing(source, case, within)
        if known or planned.has_same_closing(case, within):
            return IntakeDecision("known", known_case=known)
        if not ask_anyway:
            duplicate_of = cases.likely_duplicate(source, case, within)
            duplicate_of = duplicate_of or planned.likely_duplicate(case, within)
            if duplicate_of:
                return IntakeDecision("likely_duplicate", duplicate_of=duplicate_of)
        return IntakeDecision("new", self._withheld(source, case, now, ask_anyway, planned))

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
        if self.we_send and send and case.contact_email and withheld in _STILL_NOTIFIED:
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
        self,
        source: Database | Transaction,
        case: ClosedCase,
        now: datetime,
        ask_anyway: bool,
        planned: PlannedCases,
    ) -> WithheldBecause | None:
        """Return why the customer of a new closing is not asked, or None."""
        rules = self.facts.survey
        if cases.closed_again_later(source, case) or planned.closed_again_later(case):
            return "superseded"
        if not ask_anyway and case.closed_at < now - timedelta(days=rules.asking_limit_days):
            return "too_old"
        if not case.contact_email:
            return "no_address"
        if opt_outs.holds(source, case.contact_email):
            return "opt_out"
        quiet = timedelta(days=rules.quiet_period_days)
        if quiet and (
            cases.asked_since(source, case, now - quiet) or planned.asked_about_another(case)
        ):
            return "quiet_period"
        return None


def _identity(case: ClosedCase) -> tuple[str, str]:
    return case.source, case.case_id
