"""Deliver due messages at least once: claim a message, send it, and mark it as sent."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback_app.base.text import without_addresses
from feedback_app.database.contract import Database
from feedback_app.mail.closure import CLOSURE
from feedback_app.mail.notifications import ALERT
from feedback_app.mail.sender import (
    NoSuchRecipientError,
    NotDeliveredError,
    ReadyMessage,
    RefusedError,
    Sender,
)
from feedback_app.mail.surveys import SurveyEmails
from feedback_app.records import OutboxMessage
from feedback_app.store import invitations, outbox

log = logging.getLogger(__name__)

BATCH_SIZE = 10
LEASE = timedelta(minutes=10)
# An SMTP dialogue has about ten commands, each with its own time-out. A message that could not
# be finished before the lease ends is released instead, or two workers would send it.
LONGEST_SEND = timedelta(minutes=6)
FIRST_RETRY_PAUSE = timedelta(minutes=1)
LONGEST_RETRY_PAUSE = timedelta(hours=2)
GIVE_UP_AFTER = timedelta(hours=96)
# The age alone is not enough, because the worker may have been down. This takes about three days.
MIN_ATTEMPTS = 40


def retry_pause(attempts: int) -> timedelta:
    """Return the pause after `attempts` earlier failures: 1, 2, 4 … minutes, at most 2 hours."""
    doublings = min(attempts, 20)
    return min(FIRST_RETRY_PAUSE * (1 << doublings), LONGEST_RETRY_PAUSE)


@dataclass(frozen=True)
class Delivery:
    """Delivers the messages of `database` by `sender`.

    `build` returns the text of a message; `on_sent` gets the id of each one that was accepted.
    Each message is claimed for `LEASE`. If a worker dies, the next one sends its messages with the
    same Message-ID. Temporary failures are retried for `GIVE_UP_AFTER` and at least `MIN_ATTEMPTS`
    times; permanent ones are recorded, and `feedback worker --once` lists them.
    """

    database: Database
    build: Callable[[OutboxMessage], str]
    sender: Sender
    surveys: SurveyEmails
    clock: Callable[[], datetime]
    on_sent: Callable[[str], None] = lambda message_id: None

    def send_due(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Send every due message and return how many were accepted.

        When `stopping` returns True, no other message is started and claimed ones are released.
        """
        accepted = 0
        while not stopping():
            now = self.clock()
            with self.database.write() as tx:
                # Alerts reach the leads within a minute, however many emails are waiting.
                messages = outbox.claim(tx, now, now + LEASE, BATCH_SIZE, ALERT)
                messages = messages or outbox.claim(tx, now, now + LEASE, BATCH_SIZE)
            if not messages:
                return accepted
            try:
                for position, message in enumerate(messages):
                    if stopping() or self.clock() > now + LEASE - LONGEST_SEND:
                        self._release(messages[position:])
                        break
                    accepted += self._send(message)
            finally:
                self.sender.close()
        return accepted

    def _send(self, message: OutboxMessage) -> bool:
        with self.database.write() as tx:
            still_wanted = self.surveys.wanted_now(tx, message, self.clock())
        if not still_wanted:
            return False
        message = still_wanted
        try:
            text = self.build(message)
            self.sender.send(ReadyMessage(message.id, message.recipient, text))
        except NotDeliveredError as error:
            self._retry_later(message, str(error))
        except RefusedError as error:
            self._refuse(message, error)
        except Exception as error:
            # It must not stop the other messages of the batch. Its text may quote the message.
            log.warning("message %s could not be sent: %s", message.id, type(error).__name__)
            self._retry_later(message, f"unexpected error: {type(error).__name__}")
        else:
            self._mark_sent(message)
            return True
        return False

    def _mark_sent(self, message: OutboxMessage) -> None:
        now = self.clock()
        with self.database.write() as tx:
            was_erased = not outbox.is_waiting(tx, message.id)
            self.surveys.record_sent(tx, message.id, now)
        self.on_sent(message.id)
        if was_erased:
            self.sender.discard(message.id)

    def _release(self, messages: list[OutboxMessage]) -> None:
        with self.database.write() as tx:
            for message in messages:
                outbox.release(tx, message.id)

    def _refuse(self, message: OutboxMessage, error: RefusedError) -> None:
        now = self.clock()
        with self.database.write() as tx:
            has_failed = outbox.mark_failed(tx, message.id, now, str(error))
            has_survey = message.kind == CLOSURE and message.invitation_id
            if has_failed and has_survey and isinstance(error, NoSuchRecipientError):
                invitations.mark_bounced(tx, message.invitation_id or "", now)
        log.warning("message %s was refused: %s", message.id, without_addresses(str(error)))

    def _retry_later(self, message: OutboxMessage, error: str) -> None:
        now, attempts = self.clock(), message.attempts + 1
        with self.database.write() as tx:
            if now - message.created_at > GIVE_UP_AFTER and attempts >= MIN_ATTEMPTS:
                outbox.mark_failed(tx, message.id, now, f"given up: {error}")
                log.warning("message %s was given up: %s", message.id, without_addresses(error))
            else:
                outbox.put_back(tx, message.id, now + retry_pause(message.attempts), error)
