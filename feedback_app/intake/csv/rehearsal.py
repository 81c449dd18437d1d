"""What would become of closed cases: one in a transaction that is undone, many by reading alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feedback_app.database.contract import Database, Transaction
from feedback_app.invitations import CaseIntake
from feedback_app.records import ClosedCase, WithheldBecause
from feedback_app.store import cases


class _NothingIsKeptError(Exception):
    """Ends a rehearsal."""


@contextmanager
def rehearsal(database: Database) -> Iterator[Transaction]:
    """Open a write transaction that is undone when the block ends; meanwhile other writers wait."""
    try:
        with database.write() as tx:
            yield tx
            raise _NothingIsKeptError
    except _NothingIsKeptError:
        return


@dataclass
class Foresight:
    """Says what `case_intake` would do with closed cases that come in one after the other.

    It only reads, and remembers what it said: writers, such as customers, do not wait for it, and
    no mail is drawn.
    """

    case_intake: CaseIntake
    database: Database
    _closings: dict[tuple[str, str], list[ClosedCase]] = field(default_factory=dict)
    _asked: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    def is_known(self, case: ClosedCase) -> bool:
        """Return whether this closing is known already, or came before."""
        within = timedelta(hours=self.case_intake.mail_context.facts.survey.same_closure_hours)
        return any(
            case.is_same_closing(one.key, one.closed_at, within) for one in self._before(case)
        ) or bool(cases.same_closing(self.database, case, within))

    def take(self, case: ClosedCase, now: datetime, ask_anyway: bool) -> WithheldBecause | None:
        """Return why the customer of `case`, which is not known, would not be asked, or None."""
        withheld = self.case_intake.withheld_because(self.database, case, now, ask_anyway)
        asked = self._asked.setdefault((case.contact_email or "").lower(), set())
        itself = case.source, case.case_id
        quiet = self.case_intake.mail_context.facts.survey.quiet_period_days
        if any(one.closed_at > case.closed_at for one in self._before(case)):
            withheld = "superseded"
        elif withheld is None and quiet and asked - {itself}:
            withheld = "quiet_period"
        if withheld is None:
            asked.add(itself)
        self._before(case).append(case)
        return withheld

    def _before(self, case: ClosedCase) -> list[ClosedCase]:
        return self._closings.setdefault((case.source, case.case_id), [])
