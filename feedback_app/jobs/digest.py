"""The weekly digest: a message to the leads every Monday at 07:00 in the team's time zone.

It contains figures and links only, because comments in a mailbox would outlive their retention
period.
"""

from datetime import datetime, time, timedelta
from typing import Any

from feedback_app.base.receivers import receivers_of
from feedback_app.base.weeks import days_of, week_of, weeks_back
from feedback_app.mail.notifications import DIGEST, email_for_leads, plain_name, queue_for_leads
from feedback_app.program import Program
from feedback_app.reports.formatting import words
from feedback_app.reports.key_figures import FigureTexts
from feedback_app.reports.week_head import week_head
from feedback_app.store import decisions, digests, follow_ups, reading_queue, silences

DIGEST_HOUR = time(7)


def write_if_due(program: Program, now: datetime) -> int:
    """Write the digest of last week once, after `DIGEST_HOUR` on Monday; return how many messages.

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
    """Write the digest of `week` to all its recipients; return the number of messages.

    With `only_once`, nothing is written for a week that had its digest. The current week can be
    written at any time and still gets its digest on Monday.
    """
    recipients = [one.recipient for one in receivers_of(program.settings.digest_to)]
    with program.database.write() as tx:
        is_over = week < week_of(now, program.zone)
        if is_over and not digests.mark_done(tx, week, now) and only_once:
            return 0
        return queue_for_leads(tx, DIGEST, recipients, now, week=week)


def as_text(program: Program, week: str, now: datetime, language: str = "") -> str:
    """Return the subject and text of the digest of `week`, separated by an empty line."""
    language = language or program.facts.languages[0]
    values = email_values(program, week, now, language)
    email = email_for_leads(program.mail_context, DIGEST, language, values)
    return f"{email.subject}\n\n{email.text}"


def email_values(program: Program, week: str, now: datetime, language: str) -> dict[str, Any]:
    """Return the values of the digest of `week`: its figures, and the tasks due at `now`."""
    database, facts, today = program.database, program.facts, program.today(now)
    yesterday, sunday = today - timedelta(days=1), days_of(*[week_of(now, program.zone)] * 2)[1]
    head = week_head(database, week, facts, now)
    texts = FigureTexts(facts, language)
    return {
        "week": week,
        "head": head,
        "figures": texts.key_figures(head.trend.weeks[-1].scores, head.figures),
        "annulled": head.figures.annulled,
        "unread": reading_queue.count_all_unread(database),
        "follow_ups_due": follow_ups.count_due(database, sunday),
        "follow_ups_overdue": follow_ups.count_due(database, yesterday),
        "decisions_due": decisions.count_due(database, sunday),
        "decisions_overdue": decisions.count_due(database, yesterday),
        "silent": [plain_name(one.source) for one in silences.current(database)],
        "review_url": f"{program.settings.public_url}/review",
        **words(facts, language),
    }
