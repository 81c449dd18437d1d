"""What the leads of the sample data did: answers read, meetings held, follow-ups closed."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from feedback_app.base.weeks import week_bounds, week_of, weeks_back
from feedback_app.database.contract import Transaction
from feedback_app.program import Program
from feedback_app.store import follow_ups, invitations, meetings, reading_queue
from feedback_app.store.answers import revisions
from feedback_app.survey.low_answers import handle_low_answer

# Tuesday at ten; every so often an answer is read only after it.
_MEETING = timedelta(days=1, hours=10)
_LATEST_READ_HOURS = 190
# Follow-ups younger than this are left for whoever tries things out.
_CLOSED_AFTER = timedelta(days=12)


def lead(
    program: Program,
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
    last = week_of(now - timedelta(weeks=1), program.zone)
    first = week_of(min(answered.values()), program.zone)
    weeks = [week for week in weeks_back(last, 60) if first <= week < last]
    reads = {one: at + timedelta(hours=chance.randint(2, 60)) for one, at in answered.items()}
    for late in chance.sample(sorted(reads), len(reads) // 10):
        reads[late] = answered[late] + timedelta(hours=_LATEST_READ_HOURS)
    # Sample data alerts nobody.
    silent = replace(program, settings=program.settings.model_copy(update={"alert_urls": ()}))
    for invitation_id, at in answered.items():
        invitation = invitations.find(tx, invitation_id)
        if invitation:
            handle_low_answer(silent, tx, invitation, revisions(tx, invitation_id)[-1], at)
    for week in weeks:
        _hold(program, tx, week, reads)
    for invitation_id, at in answered.items():
        if at < now - _CLOSED_AFTER:
            closed_at = at + timedelta(hours=chance.randint(3, 90))
            follow_ups.close(tx, invitation_id, "contacted", "Sample remark: we talked.", closed_at)


def _hold(program: Program, tx: Transaction, week: str, reads: dict[str, datetime]) -> None:
    """Read what was read before the meeting of `week`, and hold it."""
    meeting = week_bounds(week, program.zone)[1] + _MEETING
    for invitation_id in [one for one, at in reads.items() if at <= meeting]:
        reading_queue.read(tx, invitation_id, 1, reads.pop(invitation_id))
    reading_queue.discuss(tx, week, meeting)
    meetings.end(tx, week, meeting)
