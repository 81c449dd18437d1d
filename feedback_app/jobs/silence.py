"""Tells admins when a case system has been silent for longer than usual."""

from datetime import datetime
from typing import Any

from charts import date_and_time
from feedback_app.base.receivers import of_team, receivers_of
from feedback_app.base.working_days import WorkingHours
from feedback_app.mail.notifications import SILENCE, plain_name, queue_for_leads
from feedback_app.program import Program
from feedback_app.review.silence import HISTORY, is_silent
from feedback_app.store import leads, silences


def check(program: Program, now: datetime) -> int:
    """Announce each silence once, and end those that are over; return how many are new."""
    database, since = program.database, now - HISTORY
    unusual = silences.unusual(database, since)
    silent = {
        source: moments[-1]
        for source, moments in silences.arrivals(database, since).items()
        if is_silent(
            moments,
            now,
            WorkingHours.of(program.facts.organisation),
            {moment for name, moment in unusual if name == source},
        )
    }
    with database.write() as tx:
        new = sum(silences.add(tx, source, moment, now) for source, moment in silent.items())
        silences.end(tx, now)
        if new:
            receivers = of_team(receivers_of(program.settings.alert_urls), None)
            recipients = [one.recipient for one in receivers]
            queue_for_leads(tx, SILENCE, [*leads.admins_with_email(tx), *recipients], now)
    return new


def email_values(program: Program, announced_at: datetime, language: str) -> dict[str, Any]:
    """Return the values of the email about the silences that were announced at this time."""
    found = [
        {
            "source": plain_name(one.source),
            "since": date_and_time(one.since, language, program.zone),
            "has_ended": one.ended_at is not None,
        }
        for one in silences.announced_at(program.database, announced_at)
    ]
    return {
        "silences": found,
        "weeks": HISTORY.days // 7,
        "link": f"{program.settings.public_url}/review/deliveries",
    }
