"""Stores closed cases with their invitations, and queues the emails."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from feedback_app.base.links import new_id
from feedback_app.base.weeks import week_of
from feedback_app.base.working_days import WorkingHours
from feedback_app.database.contract import Transaction
from feedback_app.invitations.decisions import (
    IntakeDecision,
    IntakeOutcome,
    IntakeResult,
    Limits,
    Sampling,
    decide_all,
)
from feedback_app.mail.closure import CLOSURE, CLOSURE_KINDS, CLOSURE_WITHOUT_SURVEY, REMINDER
from feedback_app.mail.never_asked import NeverAsked
from feedback_app.records import CASE_FIELDS, ClosedCase, OutboxMessage, Reopening
from feedback_app.store import cases, invitations, outbox
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
class CaseIntake:
    """Stores each closing once, decides whether to ask the customer, and queues the email.

    `we_send` is false if the case system sends the closure email and only needs the link.
    """

    facts: Facts
    zone: ZoneInfo
    we_send: bool = True
    never_asked: NeverAsked = NeverAsked()
    sampling: Sampling = Sampling()

    def decide_all(
        self,
        known: KnownCases,
        closed: Sequence[ClosedCase],
        now: datetime,
        ask_anyway: bool = False,
        until_reopened: bool = False,
    ) -> list[IntakeDecision]:
        """Return the decisions about cases, in order, and add the new ones to `known`.

        `ask_anyway` ignores the asking limit, likely duplicates and the sampling. With
        `until_reopened`, a later closing is the same one unless the case was reopened in between.
        """
        return decide_all(known, closed, self._limits(now, ask_anyway, until_reopened))

    def is_notified(self, case: ClosedCase, result: IntakeDecision | IntakeResult) -> bool:
        """Return whether the contact gets the closure email now, with or without the survey."""
        is_wanted = self.we_send and result.withheld_because in _STILL_NOTIFIED
        return bool(is_wanted and case.contact_email and result.decides)

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

    def store_all(
        self,
        tx: Transaction,
        closed: Sequence[ClosedCase],
        now: datetime,
        ask_anyway: bool = False,
        send: bool = True,
        until_reopened: bool = False,
    ) -> list[IntakeResult]:
        """Store cases with their invitations and emails in `tx`, as if they came one by one.

        A duplicate fills in what the stored closing lacks. With `send` false, no email is written
        because the case system sends its own.
        """
        if not closed:
            return []
        # The same closing from two sources, and two cases of one contact, must see each other.
        # One lock for all cases cannot deadlock.
        tx.only_one("intake")
        shown = self.facts.survey.show_subject
        stored = [
            replace(case, closure_key=case.key, subject=case.subject if shown else None)
            for case in closed
        ]
        refs = [new_id() for _ in stored]
        known = KnownCases(tx)
        limits = self._limits(now, ask_anyway, until_reopened)
        decided = [*zip(stored, refs, decide_all(known, stored, limits, refs), strict=True)]
        batch = _Batch(tx, now, self.emails_due(now), send)
        return [result for part in _parts(decided) for result in self._store(batch, part)]

    def _store(self, batch: "_Batch", part: Sequence["_Decided"]) -> list[IntakeResult]:
        """Store new closings of different cases, or a single known one."""
        case, _, decision = part[0]
        if decision.outcome == "likely_duplicate":
            return [IntakeResult("likely_duplicate", None, duplicate_of=decision.duplicate_of)]
        if decision.outcome == "new":
            stored = self._add(batch, part)
        else:
            stored = [self._complete(batch, case, decision)]
        asked = [
            result.invitation_id
            for _, result in stored
            if result.invitation_id and not result.withheld_because
        ]
        self._supersede_earlier(batch.tx, asked, batch.now)
        if batch.send:
            self._queue_emails(batch, stored)
        return [result for _, result in stored]

    def _add(self, batch: "_Batch", part: Sequence["_Decided"]) -> list["_Stored"]:
        rows = ((ref, case, week_of(case.closed_at, self.zone)) for case, ref, _ in part)
        cases.add_all(batch.tx, rows, batch.now)
        withheld = {ref: decision.withheld_because for _, ref, decision in part}
        expires_at = batch.emails_due + self._link_lifetime
        ids = invitations.add_all(batch.tx, withheld, batch.now, expires_at)
        return [
            (case, IntakeResult("new", ref, invitation_id, decision.withheld_because))
            for (case, ref, decision), invitation_id in zip(part, ids, strict=True)
        ]

    def _complete(self, batch: "_Batch", case: ClosedCase, decision: IntakeDecision) -> "_Stored":
        """Complete a known closing, let its invitation begin again if so decided; return both."""
        tx, now, case_ref = batch.tx, batch.now, decision.known_case or ""
        done = cases.complete(tx, case_ref, case, now - self._completion_period)
        outcome: IntakeOutcome = "completed" if done.is_completed or decision.restarts else "known"
        result = IntakeResult(outcome, case_ref, differing=done.differing)
        if decision.restarts:
            withheld = decision.withheld_because
            expires_at = batch.emails_due + self._link_lifetime
            invitation_id = invitations.restart(tx, case_ref, now, expires_at, withheld)
            result = replace(result, invitation_id=invitation_id, withheld_because=withheld)
        return done.case, result

    def reopen(self, tx: Transaction, reopening: Reopening, now: datetime) -> int:
        """Withhold the unanswered surveys about earlier closings of a case that is open again.

        Unsent emails about them are withdrawn. Returns the number of these surveys.
        """
        tx.only_one("intake")
        withheld = invitations.reopen(tx, reopening, now)
        for invitation_id in withheld:
            self.withdraw_email(tx, invitation_id, now, "withdrawn: the case was reopened")
        return len(withheld)

    def release_links(self, tx: Transaction, invitation_ids: Sequence[str], now: datetime) -> None:
        """Record that the case system passes these links to the customers from `now` on.

        The first time counts: a link works for its whole lifetime from then on.
        """
        invitations.hand_over(tx, invitation_ids, now, now + self._link_lifetime)
        self._supersede_earlier(tx, invitation_ids, now)

    def withdraw_email(
        self, tx: Transaction, invitation_id: str, now: datetime, reason: str
    ) -> None:
        """Withdraw the unsent closure email and reminder of this invitation. Alerts stay."""
        outbox.withdraw(tx, invitation_id, (*CLOSURE_KINDS, REMINDER), now, reason)

    def _queue_emails(self, batch: "_Batch", stored: Sequence["_Stored"]) -> None:
        notified = [
            (case.contact_email, result)
            for case, result in stored
            if case.contact_email and self.is_notified(case, result)
        ]
        if not notified:
            return
        addresses = [address for address, _ in notified]
        recent = outbox.count_sent_to(batch.tx, addresses, CLOSURE_KINDS, batch.now - _PER_CONTACT)
        messages = []
        for address, result in notified:
            is_held = recent[address.lower()] >= self.facts.survey.emails_per_contact
            recent[address.lower()] += 1
            messages.append(
                OutboxMessage(
                    id=new_id(),
                    kind=CLOSURE_WITHOUT_SURVEY if result.withheld_because else CLOSURE,
                    recipient=address,
                    created_at=batch.now,
                    due_at=outbox.HELD if is_held else batch.emails_due,
                    invitation_id=result.invitation_id,
                )
            )
        outbox.add_all(batch.tx, messages)

    def _supersede_earlier(self, tx: Transaction, asked: Sequence[str], now: datetime) -> None:
        """Withdraw unanswered invitations about earlier closings, so that one link is left."""
        for invitation_id in invitations.with_earlier(tx, asked):
            for superseded in invitations.supersede_earlier(tx, invitation_id, now):
                self.withdraw_email(tx, superseded, now, "withdrawn: the case was closed again")


class _Batch(NamedTuple):
    """What cases that are stored together have in common."""

    tx: Transaction
    now: datetime
    emails_due: datetime
    send: bool


_Decided = tuple[ClosedCase, str, IntakeDecision]
_Stored = tuple[ClosedCase, IntakeResult]


def _parts(decided: Iterable[_Decided]) -> Iterator[list[_Decided]]:
    """Yield new closings of different cases together, and known ones alone, in order.

    A known closing may be a new one of this batch, and a later closing supersedes an earlier one.
    """
    part: list[_Decided] = []
    cases: set[tuple[str, str]] = set()
    for one in decided:
        case, _, decision = one
        is_new, identity = decision.outcome == "new", (case.source, case.case_id)
        if part and (not is_new or identity in cases):
            yield part
            part, cases = [], set()
        part.append(one)
        cases.add(identity)
        if not is_new:
            yield part
            part, cases = [], set()
    if part:
        yield part
