"""Who is asked, when, and why not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from feedback_app.base.weeks import week_of
from feedback_app.database.contract import Database, Transaction
from feedback_app.mail.closure import (
    CLOSURE_KINDS,
    SurveyLinks,
    closure_email,
)
from feedback_app.mail.message import MailContext
from feedback_app.records import ClosedCase, OutboxMessage, WithheldBecause
from feedback_app.store import cases, invitations, opt_outs, outbox

# A page that was open when its link expired may still be sent.
GRACE = timedelta(hours=1)
# That the case is closed is told whether or not the customer is asked about it.
_STILL_TOLD = (None, "opt_out", "quiet_period")


@dataclass(frozen=True)
class Receipt:
    """What became of a closed case that came in, and the key under which it is stored."""

    outcome: Literal["new", "known"]
    case_ref: str
    invitation_id: str | None = None
    withheld_because: WithheldBecause | None = None


@dataclass(frozen=True)
class CaseIntake:
    """Takes closed cases in: keeps each closing once, decides who is asked, writes the mail.

    `survey_link` and `opt_out_link` turn an invitation's id, the latter with the customer's mail
    address, into an address in the mail.
    `we_send` is false where the case system tells the customer and only needs the link.
    """

    mail_context: MailContext
    zone: ZoneInfo
    survey_link: Callable[[str], str]
    opt_out_link: Callable[[str, str], str]
    we_send: bool = True

    def receive(
        self,
        tx: Transaction,
        case: ClosedCase,
        now: datetime,
        ask_anyway: bool = False,
        send: bool = True,
    ) -> Receipt:
        """Keep `case` unless this closing is known, and ask its customer unless there is a reason.

        `ask_anyway` asks although the case closed longer ago than the asking limit. Without `send`
        no mail is written: the case system wants to tell the customer of this case itself.
        The case, its invitation and its mail are written in `tx`, or none of them.
        """
        rules = self.mail_context.facts.survey
        case = replace(case, closure_key=case.key)
        if rules.quiet_period_days:
            # Two cases of one contact that close at once must see each other. Always the first
            # lock a transaction takes, so that no two wait for each other.
            tx.only_one("quiet period")
        tx.only_one(f"{case.source} {case.case_id}")
        known = cases.same_closing(tx, case, timedelta(hours=rules.same_closure_hours))
        if known:
            return Receipt("known", known)
        withheld = self.withheld_because(tx, case, now, ask_anyway)
        case_ref = cases.add(tx, case, week_of(case.closed_at, self.zone), now)
        expires_at = now + timedelta(days=rules.link_lifetime_days)
        invitation_id = invitations.add(tx, case_ref, now, expires_at, withheld)
        if withheld is None:
            self._supersede_earlier(tx, invitation_id, now)
        if self.we_send and send and case.contact_email and withheld in _STILL_TOLD:
            outbox.add(tx, self._letter(case, invitation_id, withheld is None, now))
        return Receipt("new", case_ref, invitation_id, withheld)

    def give_out(self, tx: Transaction, invitation_id: str, now: datetime) -> None:
        """Record that the customer gets the link by another way than our mail, and has it now.

        It works for the whole link lifetime from the first time on.
        """
        lifetime = timedelta(days=self.mail_context.facts.survey.link_lifetime_days)
        invitations.hand_over(tx, invitation_id, now, now + lifetime)
        self._supersede_earlier(tx, invitation_id, now)

    def withdraw_letter(
        self, tx: Transaction, invitation_id: str, now: datetime, reason: str
    ) -> None:
        """Set the closure mail about this invitation aside, unless it was sent. Alerts stay."""
        outbox.withdraw(tx, invitation_id, CLOSURE_KINDS, now, reason)

    def _supersede_earlier(self, tx: Transaction, invitation_id: str, now: datetime) -> None:
        """Withdraw what was asked about earlier closings: this one asks, so one link is left."""
        for superseded in invitations.supersede_earlier(tx, invitation_id, now):
            self.withdraw_letter(tx, superseded, now, "withdrawn: the case was closed again")

    def _letter(
        self, case: ClosedCase, invitation_id: str, asks: bool, now: datetime
    ) -> OutboxMessage:
        opt_out = self.opt_out_link(invitation_id, case.contact_email or "")
        links = SurveyLinks(self.survey_link(invitation_id), opt_out) if asks else None
        return closure_email(self.mail_context, case, invitation_id, links, now)

    def withheld_because(
        self, source: Database | Transaction, case: ClosedCase, now: datetime, ask_anyway: bool
    ) -> WithheldBecause | None:
        """Return why the customer of `case`, a new closing, is not asked, or None."""
        rules = self.mail_context.facts.survey
        if cases.closed_again_later(source, case):
            return "superseded"
        if not ask_anyway and case.closed_at < now - timedelta(days=rules.asking_limit_days):
            return "too_old"
        if not case.contact_email:
            return "no_address"
        if opt_outs.holds(source, case.contact_email):
            return "opt_out"
        quiet = timedelta(days=rules.quiet_period_days)
        if quiet and cases.asked_since(source, case, now - quiet):
            return "quiet_period"
        return None
