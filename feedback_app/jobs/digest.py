"""The weekly digest: an email to the leads every Monday at 07:00 in the team's time zone.

It contains counts and links only, because comments in a mailbox would outlive their retention
period.
"""

from datetime import datetime, time
from typing import Any

from feedback_app.base.links import new_id
from feedback_app.base.weeks import days_of, week_of, weeks_back
from feedback_app.mail.notifications import DIGEST, digest_text
from feedback_app.program import Program
from feedback_app.records import OutboxMessage
from feedback_app.reports.formatting import mean
from feedback_app.reports.weeks import review_week
from feedback_app.review.trend import WEEKS, sum_weeks
from feedback_app.store import digests, follow_ups, outbox, reading_queue, week_scores

DIGEST_HOUR = time(7)


def write_if_due(program: Program, now: datetime) -> int:
    """Write the digest of last week once, after `DIGEST_HOUR` on Monday; return how many emails.

    If the worker was down, it catches up during the week. A week without answers has one
    too, because leads could not tell it from a failure otherwise.
    """
    if not program.settings.digest_to:
        return 0
    this = week_of(now, program.zone)
    monday, _ = days_of(this, this)
    if now < datetime.combine(monday, DIGEST_HOUR, tzinfo=program.zone):
        return 0
    week = weeks_back(this, 2)[0]
    # Called every minute, so the database is only locked when the digest is due.
    if digests.is_done(program.database, week):
        return 0
    return write(program, week, now, only_once=True)


def write(program: Program, week: str, now: datetime, *, only_once: bool) -> int:
    """Write the digest of `week` to all its recipients; return the number of emails.

    With `only_once`, nothing is written for a week that had its digest. The current week can be
    written at any time and still gets its digest on Monday.
    """
    with program.database.write() as tx:
        is_over = week < week_of(now, program.zone)
        if is_over and not digests.mark_done(tx, week, now) and only_once:
            return 0
        for address in program.settings.digest_to:
            outbox.add(tx, _message(week, address, now))
    return len(program.settings.digest_to)


def _message(week: str, address: str, now: datetime) -> OutboxMessage:
    return OutboxMessage(id=new_id(), kind=DIGEST, recipient=address, created_at=now, week=week)


def as_text(program: Program, week: str, now: datetime) -> str:
    """Return the subject and text of the digest of `week`, separated by an empty line."""
    subject, text = digest_text(program.mail_context, figures(program, week, now))
    return f"{subject}\n\n{text}"


def figures(program: Program, week: str, now: datetime) -> dict[str, Any]:
    """Return the values for the digest's template."""
    database = program.database
    review = review_week(database, week, program.facts, now)
    weeks = weeks_back(week, WEEKS)
    version = program.facts.survey.wording_version
    counts = week_scores.between(database, weeks[0], week, version)
    quarter, *by_week = sum_weeks(counts, weeks, program.facts)
    unread = len(reading_queue.unread(database))
    overdue = follow_ups.count_overdue(database, program.today(now))
    return {
        "review": review,
        "week_before": by_week[-2].scores,
        "quarter": quarter.scores,
        "unread": unread,
        "most": reading_queue.MOST_UNREAD,
        "overdue": overdue,
        "mean": lambda value: mean(value, program.facts.languages[0]),
        "review_url": f"{program.settings.public_url}/review",
    }
