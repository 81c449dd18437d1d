"""The worker: the table of timed jobs, and the loop that runs them."""

import logging
import signal
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from feedback_app.base.receivers import receivers_of
from feedback_app.base.weeks import week_of, weeks_back
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.jobs import digest, silence
from feedback_app.jobs.messages import message_builder
from feedback_app.jobs.restored import LastSent
from feedback_app.jobs.retention import end_lifetimes
from feedback_app.mail.delivery import Delivery
from feedback_app.mail.routing import sender_for
from feedback_app.program import Program
from feedback_app.store import failed_emails, final_weeks, health, outbox, search_index
from feedback_app.store.outbox_claims import RateLimits

Clock = Callable[[], datetime]
log = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
# How often a run is recorded, for `feedback status`: some jobs run every five seconds.
_RECORD_EVERY = timedelta(minutes=1)
# A page of the last half year compares its week with up to 12 before it.
_WEEKS = 39
# Signals stop the whole process, so this is global.
_stop: list[int] = []


class Job(NamedTuple):
    """A job that runs regularly; `counts` names what the number it returns counts."""

    name: str
    every: timedelta
    run: Callable[[Program, Clock], int]
    counts: str


def _deliver(program: Program, clock: Clock) -> int:
    settings = program.settings
    receivers = receivers_of(settings.alert_urls)
    delivery = Delivery(
        database=program.database,
        build=message_builder(program),
        sender=sender_for(settings),
        surveys=program.survey_emails,
        clock=clock,
        on_sent=LastSent.of(settings).write,
        limits=RateLimits(settings.emails_per_hour, settings.emails_per_hour_and_domain),
        announce_to=[one.recipient for one in receivers if one.is_chat],
    )
    return delivery.send_due(lambda: bool(_stop))


def _at_its_start(run: Callable[[Program, datetime], int]) -> Callable[[Program, Clock], int]:
    """Return a job that only needs the time of its start."""
    return lambda program, clock: run(program, clock())


def _index(program: Program, now: datetime) -> int:
    return search_index.catch_up(program.database)


def _count_waiting(program: Program, now: datetime) -> int:
    return outbox.count_waiting(program.database, now)


def _count_rejected(program: Program, now: datetime) -> int:
    return len(failed_emails.find(program.database))


def count_final_weeks(program: Program, now: datetime) -> int:
    """Store the counts of past weeks that are not stored yet; return how many were."""
    # Survey links of later weeks have not expired.
    *weeks, _ = weeks_back(week_of(now - program.link_lifetime, program.zone), _WEEKS + 1)
    return final_weeks.calculate(program.database, (weeks[0], weeks[-1]), program.facts, now)


_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
JOBS = (
    Job("deliver", 5 * _SECOND, _deliver, "messages sent"),
    Job("digest", _MINUTE, _at_its_start(digest.write_if_due), "digests written"),
    Job("search", 5 * _SECOND, _at_its_start(_index), "texts indexed"),
    Job("silence", 15 * _MINUTE, _at_its_start(silence.check), "silent case systems announced"),
    Job("weeks", _MINUTE, _at_its_start(count_final_weeks), "weeks counted"),
    Job("waiting", 10 * _MINUTE, _at_its_start(_count_waiting), "messages waiting"),
    Job("rejected", _HOUR, _at_its_start(_count_rejected), "messages rejected"),
    Job("retention", 24 * _HOUR, _at_its_start(end_lifetimes), "records past retention erased"),
)


def run_once(program: Program, clock: Clock) -> dict[str, int]:
    """Run every job once and return the numbers, each with the name of what it counts."""
    numbers = {}
    for job in JOBS:
        numbers[job.counts] = job.run(program, clock)
        _record(program, job, clock())
    return numbers


def run_forever(program: Program, clock: Clock) -> None:
    """Run each job when it is due, until the process receives SIGTERM or SIGINT.

    An email that is being sent is finished first. A job that fails is retried when it is due
    again and does not stop the other jobs. A clock that is set back delays no job.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        # Setting a threading.Event in a handler can block forever: the loop may hold its lock.
        signal.signal(number, lambda received, _: _stop.append(received))
    due = dict.fromkeys((job.name for job in JOBS), time.monotonic())
    recorded: dict[str, datetime] = {}
    while not _stop:
        time.sleep(_POLL_SECONDS)
        for job in JOBS:
            if time.monotonic() >= due[job.name] and not _stop:
                _run(job, program, clock, recorded)
                due[job.name] = time.monotonic() + job.every.total_seconds()
    _stop.clear()


def _record(program: Program, job: Job, now: datetime) -> None:
    with program.database.write() as tx:
        health.record_run(tx, job.name, now)


def _run(job: Job, program: Program, clock: Clock, recorded: dict[str, datetime]) -> None:
    try:
        count = job.run(program, clock)
        if job.name not in recorded or abs(clock() - recorded[job.name]) >= _RECORD_EVERY:
            _record(program, job, clock())
            recorded[job.name] = clock()
    except DatabaseUnavailableError as error:
        log.warning("%s: %s; trying again in %s", job.name, error, job.every)
    except Exception as error:
        # The text of an unexpected error may contain an address, so only its type is logged.
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(
            "%s: %s at %s:%d; trying again in %s",
            job.name,
            type(error).__name__,
            place.filename,
            place.lineno or 0,
            job.every,
        )
    else:
        if count:
            log.info("%s: %d %s", job.name, count, job.counts)
