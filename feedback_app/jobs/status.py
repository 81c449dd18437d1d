"""The state of an installation in figures, for `feedback status` and /metrics.

Each query reads an index or a small table, so that a scrape costs the same with a million answers.
"""

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from feedback_app.base.text import without_addresses
from feedback_app.base.times import from_text
from feedback_app.database.choose import sqlite_path
from feedback_app.database.migrate import schema_version
from feedback_app.program import Program
from feedback_app.settings import Settings
from feedback_app.store import (
    delivery_log,
    digests,
    follow_ups,
    health,
    outbox,
    reading_queue,
    send_pauses,
)

_A_DAY = timedelta(days=1)
_GIVEN_UP = "giv"


@dataclass(frozen=True)
class SystemStatus:
    """The figures. "Emails" include messages to chats; "today" is the day in UTC.

    `sending_paused_seconds` is 0 unless all emails pause; `domains_paused` has reasons by domain.
    `emails_failed` has the reply code of the mail server, "given_up" or "other" as keys, and
    `deliveries_today` webhook or "api", and outcome.
    """

    schema_version: int
    emails_waiting: int
    emails_due: int
    emails_held: int
    sending_paused_seconds: int
    sending_paused_because: str | None
    domains_paused: dict[str, str]
    oldest_due_seconds: int
    emails_sent_last_day: int
    emails_failed_last_day: dict[str, int]
    last_email_sent_at: datetime | None
    deliveries_today: dict[tuple[str, str], int]
    answers: int
    answers_unread: int
    follow_ups_overdue: int
    last_digest_at: datetime | None
    jobs_finished_at: dict[str, datetime]
    disk_free_bytes: int


def read_status(program: Program, now: datetime) -> SystemStatus:
    """Return the figures at `now`. Raises DatabaseUnavailableError."""
    database = program.database
    queue = health.queue(database, now, outbox.HELD)
    pause = send_pauses.find(database)
    return SystemStatus(
        schema_version=schema_version(database),
        emails_waiting=queue["waiting"],
        emails_due=queue["due"],
        emails_held=queue["held"],
        sending_paused_seconds=_seconds_since(pause and pause.since, now),
        sending_paused_because=pause and without_addresses(pause.reason),
        domains_paused={
            one.domain: without_addresses(one.reason)
            for one in send_pauses.of_domains(database, now)
        },
        oldest_due_seconds=_seconds_since(
            queue["oldest_due"] and from_text(queue["oldest_due"]), now
        ),
        emails_sent_last_day=health.sent_since(database, now - _A_DAY),
        emails_failed_last_day=_by_reason(health.failures_since(database, now - _A_DAY)),
        last_email_sent_at=health.last_sent(database),
        deliveries_today={
            (one.preset or "unknown", one.outcome): one.deliveries
            for one in delivery_log.since(database, now)
        },
        answers=health.answers(database),
        answers_unread=reading_queue.count_all_unread(database),
        follow_ups_overdue=follow_ups.count_due(database, program.today(now) - _A_DAY),
        last_digest_at=digests.last_written(database),
        jobs_finished_at=health.last_runs(database),
        disk_free_bytes=shutil.disk_usage(data_folder(program.settings)).free,
    )


def _seconds_since(moment: datetime | None, now: datetime) -> int:
    return max(0, int((now - moment).total_seconds())) if moment else 0


def data_folder(settings: Settings) -> Path:
    """Return the folder that fills up: of the SQLite file or, with PostgreSQL, of the mailbox.

    If it does not exist yet, this is the folder in which it will be created.
    """
    file = sqlite_path(settings.database.get_secret_value())
    folder = (file.parent if file else settings.mailbox).absolute()
    return next(one for one in (folder, *folder.parents) if one.is_dir())


def _by_reason(failed: dict[str, int]) -> dict[str, int]:
    reasons: Counter[str] = Counter()
    for start, number in failed.items():
        name = start if start.isdigit() else "given_up" if start == _GIVEN_UP else "other"
        reasons[name] += number
    return dict(sorted(reasons.items()))
