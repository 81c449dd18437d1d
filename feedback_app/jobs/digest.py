"""The digest: last week in a mail on Monday at 07:00, where the team works.

Counts and links only: a comment in a mailbox would outlive its retention period there.
"""

from datetime import datetime, time
from typing import Any

from feedback_app.base.weeks import days_of, week_of, weeks_back
from feedback_app.mail.notifications import digest_email, digest_text
from feedback_app.program import Program
from feedback_app.reports.formatting import mean
from feedback_app.review.week import summarise_week
from feedback_app.store import answered_cases, digests, follow_ups, outbox, reading_queue

HOUR = time(7)
# So many unread answers are counted before "or more" is said.
_MOST_UNREAD = 100


def write_if_due(program: Program, now: datetime) -> int:
    """Write the digest of last week once, from Monday morning on; return how many mails.

    A worker that was down catches up within the week. A week with nothing to tell is left out.
    """
    if not program.settings.digest_to:
        return 0
    this = week_of(now, program.zone)
    monday, _ = days_of(this, this)
    if now < datetime.combine(monday, HOUR, tzinfo=program.zone):
        return 0
    week = weeks_back(this, 2)[0]
    # The worker asks every minute: the figures are summed up only when somebody is to be told.
    if digests.is_told(program.database, week):
        return 0
    return write(program, week, now, only_once=True)


def write(program: Program, week: str, now: datetime, *, only_once: bool) -> int:
    """Write the digest of `week` to everybody who gets it; return how many mails.

    With `only_once` a week that was dealt with before, or has nothing to tell, is left out. A week
    that is still running is not dealt with by it: its Monday is to come.
    """
    values = figures(program, week, now)
    with program.database.write() as tx:
        is_over = week < week_of(now, program.zone)
        if is_over and not digests.tell_once(tx, week, now) and only_once:
            return 0
        if only_once and not values["has_news"]:
            return 0
        for address in program.settings.digest_to:
            outbox.add(tx, digest_email(program.mail_context, address, values, now))
    return len(program.settings.digest_to)


def as_text(program: Program, week: str, now: datetime) -> str:
    """Return subject and text of the digest of `week`."""
    subject, text = digest_text(program.mail_context, figures(program, week, now))
    return f"{subject}\n\n{text}"


def figures(program: Program, week: str, now: datetime) -> dict[str, Any]:
    """Return what the template of the digest needs."""
    database = program.database
    answered = answered_cases.answered_in(database, week, now)
    cohort = answered_cases.closed_in(database, week, now)
    review = summarise_week(week, answered, cohort, program.facts, now)
    unread = len(reading_queue.unread(database, _MOST_UNREAD))
    overdue = follow_ups.count_overdue(database, program.today(now))
    return {
        "review": review,
        "unread": unread,
        "most": _MOST_UNREAD,
        "overdue": overdue,
        "mean": lambda value: mean(value, program.facts.languages[0]),
        "review_url": f"{program.settings.public_url}/review",
        "has_news": bool(review.answers or unread or overdue),
    }
