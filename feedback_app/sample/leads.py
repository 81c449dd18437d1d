"""The leads' work in the sample data: read answers, hold meetings, close follow-ups."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from feedback_app.base.weeks import week_bounds, week_of, weeks_back
from feedback_app.database.contract import Transaction
from feedback_app.program import Program
from feedback_app.store import follow_ups, invitations, meetings, reading_queue
from feedback_app.store.answers import revisions
from feedback_app.survey.low_answers import handle_low_answer

# Tuesday at ten; a tenth of the answers is read later.
_MEETING = timedelta(days=1, hours=10)
_LATEST_READ_HOURS = 190
# Younger follow-ups stay open, so that you can try them out.
_CLOSED_AFTER = timedelta(days=12)


def add_work(
    program: Program,
    tx: Transaction,
    answered: dict[str, datetime],
    chance: Random,
    now: datetime,
) -> None:
    """Read, discuss and follow up the answers; `answered` maps invitations to their times.

    The answers of the last complete week and of this week stay unread, so that you can try it.
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
            follow_ups.close(
                tx, invitation_id, 1, "contacted", "Sample remark: we talked.", closed_at
            )


def _hold(program: Program, tx: Transaction, week: str, reads: dict[str, datetime]) -> None:
    """Read the answers due before the meeting of `week`, then hold the meeting."""
    meeting = week_bounds(week, program.zone)[1] + _MEETING
    for invitation_id in [one for one, at in reads.items() if at <= meeting]:
        reading_queue.mark_read(tx, invitation_id, 1, reads.pop(invitation_id))
    reading_queue.mark_discussed(tx, week, meeting)
    meetings.end(tx, week, meeting)
