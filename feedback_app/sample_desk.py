"""What the leads of the sample data did: answers read, meetings held, follow-ups closed."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from feedback_app.database.contract import Transaction
from feedback_app.store import follow_ups, invitations, meetings, open_answers
from feedback_app.store.answers import revisions
from feedback_app.weeks import week_bounds, week_of, weeks_back
from feedback_app.wiring import Wiring

# Tuesday at ten; every so often an answer is read only after it.
_MEETING = timedelta(days=1, hours=10)
_LATEST_READ_HOURS = 190
# Follow-ups younger than this are left for whoever tries things out.
_CLOSED_AFTER = timedelta(days=12)


def lead(
    wiring: Wiring,
    tx: Transaction,
    answered: dict[str, datetime],
    chance: Random,
    now: datetime,
) -> None:
    """Read, discuss and follow up the answers, each invitation's by its time of arrival.

    The last complete week is left unread, and so is this one: a lead can try them out.
    """
    if not answered:
        return
    last = week_of(now - timedelta(weeks=1), wiring.zone)
    first = week_of(min(answered.values()), wiring.zone)
    weeks = [week for week in weeks_back(last, 60) if first <= week < last]
    reads = {one: at + timedelta(hours=chance.randint(2, 60)) for one, at in answered.items()}
    for late in chance.sample(sorted(reads), len(reads) // 10):
        reads[late] = answered[late] + timedelta(hours=_LATEST_READ_HOURS)
    # No receiver: sample data alerts nobody.
    bell = replace(wiring.bell, receivers=())
    for invitation_id, at in answered.items():
        invitation = invitations.find(tx, invitation_id)
        if invitation:
            bell.ring(tx, invitation, revisions(tx, invitation_id)[-1], at)
    for week in weeks:
        _hold(wiring, tx, week, reads)
    for invitation_id, at in answered.items():
        if at < now - _CLOSED_AFTER:
            closed_at = at + timedelta(hours=chance.randint(3, 90))
            follow_ups.close(tx, invitation_id, "contacted", "Sample remark: we talked.", closed_at)


def _hold(wiring: Wiring, tx: Transaction, week: str, reads: dict[str, datetime]) -> None:
    """Read what was read before the meeting of `week`, and hold it."""
    meeting = week_bounds(week, wiring.zone)[1] + _MEETING
    for invitation_id in [one for one, at in reads.items() if at <= meeting]:
        open_answers.read(tx, invitation_id, 1, reads.pop(invitation_id))
    open_answers.discuss(tx, week, meeting)
    meetings.end(tx, week, meeting)
