"""Recognise a restored database, so that its waiting emails are not sent a second time.

A backup contains emails that were waiting when it was made and were sent afterwards. The worker
therefore stores the id of the last message it sent in a file next to the mailbox, outside the
database. If the database does not know that this message was sent, it is older than the file.
`feedback restore` also records in the audit log that the emails are held, for all machines.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from feedback_app.base.files import make_private_folder, replace_file
from feedback_app.base.times import to_text
from feedback_app.program import Program
from feedback_app.settings import Settings
from feedback_app.store import leads, outbox, send_pauses

log = logging.getLogger(__name__)

# Clocks of several machines differ by seconds; a restored virtual machine's clock by much more.
CLOCK_SKEW = timedelta(minutes=5)
# A running worker tries a waiting message within seconds.
UNTOUCHED = timedelta(hours=1)


class RestoredError(RuntimeError):
    """The database may have been restored. The text says why and what to do."""


@dataclass(frozen=True)
class LastSent:
    """The file with the id of the last message that was sent from this machine.

    `until` is the newest time in the database that an operator accepted, as UTC text.
    """

    path: Path

    @classmethod
    def of(cls, settings: Settings) -> "LastSent":
        """Return the file of an installation with these settings."""
        return cls(settings.mailbox.with_name(f"{settings.mailbox.name}.last-sent"))

    def write(self, message_id: str, until: str = "") -> None:
        """Store the id of a message. If the file cannot be written, emails are still sent."""
        try:
            make_private_folder(self.path.parent)
            replace_file(self.path, [json.dumps({"message": message_id, "until": until})])
        except OSError as error:
            log.warning("cannot write %s: %s", self.path, error.strerror)

    def read(self) -> dict[str, str] | None:
        """Return the values `message` and `until`, or None if the file is missing or damaged."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            return {name: str(found[name]) for name in ("message", "until")}
        except (OSError, ValueError, KeyError, TypeError):
            return None


def require_not_restored(program: Program, now: datetime) -> None:
    """Raise RestoredError if the worker could send emails of a restored database again."""
    last = LastSent.of(program.settings)
    reason = (
        held_because(program)
        or _went_back(program, last, now)
        or _clock_went_back(program, last, now)
    )
    if reason:
        raise RestoredError(
            f"{reason} No email was sent. To see the waiting emails, run 'feedback outbox list'; "
            "to send them, run 'feedback outbox release'. guides/backup.md explains both."
        )


def hold(program: Program, backed_up_at: datetime, now: datetime) -> None:
    """Prevent workers from starting on this database until `release`."""
    with program.database.write() as tx:
        subject = to_text(backed_up_at)
        leads.record_action(tx, leads.COMMAND_LINE, "backup restored", subject, now)


def release(program: Program, now: datetime) -> None:
    """Accept the database as it is, so that the worker starts."""
    database = program.database
    if held_because(program):
        with database.write() as tx:
            leads.record_action(tx, leads.COMMAND_LINE, "restored emails released", "", now)
    newest = outbox.newest_sent(database) or ""
    LastSent.of(program.settings).write(newest, outbox.newest_time(database) or "")


def held_because(program: Program) -> str | None:
    """Return why all emails are held after `feedback restore`; None if they are not held."""
    last = leads.last_action(program.database, ("backup restored", "restored emails released"))
    if not last or last.action != "backup restored":
        return None
    return (
        f"A backup of {last.subject} was restored. The emails that were waiting may have been sent "
        "since it was made."
    )


def _went_back(program: Program, last: LastSent, now: datetime) -> str | None:
    database, found = program.database, last.read()
    if not outbox.count_waiting(database):
        return None
    if found is None:
        pause = send_pauses.find(database)
        was_running = pause is not None and pause.until > now - UNTOUCHED
        is_old = outbox.newest_sent(database) and outbox.is_due_before(database, now - UNTOUCHED)
        return _UNKNOWN.format(path=last.path) if is_old and not was_running else None
    if not found["message"] or outbox.was_sent(database, found["message"]):
        return None
    released = leads.last_action(database, ("restored emails released",))
    if released and released.done_at.timestamp() > last.path.stat().st_mtime:
        return None
    return _OLDER.format(path=last.path)


def _clock_went_back(program: Program, last: LastSent, now: datetime) -> str | None:
    newest = outbox.newest_time(program.database) or ""
    accepted = (last.read() or {}).get("until", "")
    if newest <= max(to_text(now + CLOCK_SKEW), accepted):
        return None
    return (
        f"The clock of this machine is wrong, or was wrong before: it shows {to_text(now)}, but "
        f"the database contains emails of {newest}."
    )


_OLDER = (
    "This database is older than the last email sent from this machine, so a backup was probably "
    "restored ({path} names an email that the database does not contain as sent). Its waiting "
    "emails may have been sent before."
)
_UNKNOWN = (
    "Emails in this database have been waiting for more than an hour, and no worker on this "
    "machine has sent any of its emails ({path} is missing). If a backup was restored or moved "
    "here, they may have been sent before."
)
