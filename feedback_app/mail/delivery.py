"""Deliver due messages at least once: claim a batch, send it, and record what was accepted."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feedback_app.base.receivers import is_chat_id
from feedback_app.base.text import without_addresses
from feedback_app.database.contract import Database, DatabaseUnavailableError, Transaction
from feedback_app.mail.closure import CLOSURE
from feedback_app.mail.notifications import OUTAGE, queue_for_leads
from feedback_app.mail.refusals import AGAIN, ENOUGH, Reply, about_us
from feedback_app.mail.sender import (
    NoSuchRecipientError,
    NotDeliveredError,
    OutageError,
    ReadyMessage,
    RefusedError,
    Sender,
    SlowDownError,
)
from feedback_app.mail.surveys import SurveyEmails
from feedback_app.records import Invitation, OutboxMessage
from feedback_app.store import failed_emails, invitations, outbox, send_pauses
from feedback_app.store.outbox_claims import Claim, RateLimits, claim, domain_of, release

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
# An SMTP dialogue has about ten commands, each with its own time-out. A message that could not
# be finished before the lease ends is released instead, or two workers would send it.
LONGEST_SEND = timedelta(minutes=6)
# A worker that is killed sends what it had not recorded again: at most one batch.
RECORD_AFTER_SECONDS = 1.0
_RECORD_AGAIN_SECONDS = 1.0
FIRST_RETRY_PAUSE = timedelta(minutes=1)
LONGEST_RETRY_PAUSE = timedelta(hours=2)
GIVE_UP_AFTER = timedelta(hours=96)
# The age alone is not enough, because the worker may have been down. This takes about three days.
MIN_ATTEMPTS = 40
# A mail server that does not answer is announced after so many failures, about three minutes.
ANNOUNCED_FAILURES = 3


def retry_pause(attempts: int) -> timedelta:
    """Return the pause after `attempts` earlier failures: 1, 2, 4 … minutes, at most 2 hours."""
    doublings = min(attempts, 20)
    return min(FIRST_RETRY_PAUSE * (1 << doublings), LONGEST_RETRY_PAUSE)


@dataclass
class Delivery:
    """Delivers the messages of `database` by `sender`, within `limits`.

    `build` returns the text of a message, which may be about the invitation; `on_sent` gets the id
    of the last one of each batch. A batch is claimed for `LEASE`. If a worker dies, the next one
    sends its messages with the same Message-ID. Temporary failures are retried for `GIVE_UP_AFTER`
    and at least `MIN_ATTEMPTS` times; permanent ones are recorded. If no email can be sent, all
    emails pause without counting attempts until one is accepted, and the chats in `announce_to` get
    a message.
    """

    database: Database
    build: Callable[[OutboxMessage, Invitation | None], str]
    sender: Sender
    surveys: SurveyEmails
    clock: Callable[[], datetime]
    on_sent: Callable[[str], None] = lambda message_id: None
    limits: RateLimits = RateLimits()
    announce_to: Sequence[str] = ()
    seconds: Callable[[], float] = time.monotonic
    _unrecorded: list[OutboxMessage] = field(default_factory=list, init=False)
    _record_by: float = field(default=0, init=False)
    # Emails accepted in this run, and refused since the last of them.
    _accepted: int = field(default=0, init=False)
    _refused: int = field(default=0, init=False)

    def send_due(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Send every due message and return how many were accepted.

        When `stopping` returns True, no other message is started and claimed ones are released.
        """
        accepted = 0
        try:
            while not stopping():
                # One commit for each batch: it records the last one and claims the next.
                with self._recording() as tx:
                    claimed = claim(tx, self.clock(), LEASE, self.limits)
                if not claimed.messages:
                    break
                accepted += self._send_batch(claimed, stopping)
            self._record()
        except DatabaseUnavailableError:
            self._record_later(stopping)
            raise
        finally:
            self.sender.close()
        return accepted

    def _send_batch(self, claimed: Claim, stopping: Callable[[], bool]) -> int:
        stop_at = self.seconds() + (LEASE - LONGEST_SEND).total_seconds()
        accepted, is_out = 0, False
        slow: set[str] = set()
        rest, left = list(claimed.messages), []
        with self.database.reading():
            while rest and not is_out and not stopping() and self.seconds() <= stop_at:
                message = rest.pop(0)
                if domain_of(message.recipient) in slow:
                    left.append(message)
                    continue
                try:
                    accepted += self._send(message)
                except SlowDownError as error:
                    slow.add(domain_of(message.recipient))
                    self._slow_down(message, error)
                except OutageError as error:
                    is_out = True
                    self._pause(message, error, claimed.is_trial)
        is_undecided = claimed.is_trial and not is_out
        if left or rest or is_undecided:
            with self._recording() as tx:
                release(tx, [*left, *rest])
                if is_undecided:
                    send_pauses.end_all(tx, self.clock())
        return accepted

    def _send(self, message: OutboxMessage) -> bool:
        found = self.surveys.unchanged(self.database, message)
        if not found:
            with self.database.write() as tx:
                wanted = self.surveys.wanted_now(tx, message, self.clock())
            if not wanted:
                return False
            found = wanted, None
        message = found[0]
        try:
            self.sender.send(ReadyMessage(message.id, message.recipient, self.build(*found)))
        except (SlowDownError, OutageError):
            raise
        except NotDeliveredError as error:
            self._retry_later(message, error)
        except RefusedError as error:
            self._refuse(message, error)
        except Exception as error:
            # It must not stop the other messages of the batch. Its text may quote the message.
            log.warning("message %s could not be sent: %s", message.id, type(error).__name__)
            self._retry_later(message, f"unexpected error: {type(error).__name__}")
        else:
            self._accept(message)
            return True
        return False

    def _accept(self, message: OutboxMessage) -> None:
        if not is_chat_id(message.recipient):
            self._accepted, self._refused = self._accepted + 1, 0
        if not self._unrecorded:
            self._record_by = self.seconds() + RECORD_AFTER_SECONDS
        self._unrecorded.append(message)
        if self.seconds() >= self._record_by:
            self._record()

    def _record(self) -> None:
        if self._unrecorded:
            with self._recording():
                pass

    def _record_later(self, stopping: Callable[[], bool]) -> None:
        """Record the accepted messages once the database is back; else they would be sent again."""
        end = self.seconds() + LEASE.total_seconds()
        while self._unrecorded and not stopping() and self.seconds() < end:
            time.sleep(_RECORD_AGAIN_SECONDS)
            with suppress(DatabaseUnavailableError):
                self._record()

    @contextmanager
    def _recording(self) -> Iterator[Transaction]:
        """Open a transaction that records the accepted messages.

        It also ends the pauses that they show to be over.
        """
        sent, waiting, has_ended = self._unrecorded, set[str](), False
        domains = {domain_of(one.recipient) for one in sent if not is_chat_id(one.recipient)}
        with self.database.write() as tx:
            if sent:
                waiting = self.surveys.record_sent(tx, [one.id for one in sent], self.clock())
            if domains:
                has_ended = send_pauses.clear(tx, {send_pauses.ALL, *domains})
            yield tx
        self._unrecorded = []
        if sent:
            self.on_sent(sent[-1].id)
        for message in sent:
            if message.id not in waiting:
                self.sender.discard(message.id)
        if has_ended:
            log.info("emails are accepted again")

    def _refuse(self, message: OutboxMessage, error: RefusedError) -> None:
        self._record()
        self._refused += 1
        now, text = self.clock(), str(error)
        with self.database.write() as tx:
            pause, reply = send_pauses.find(tx), Reply.of(text)
            if pause and reply and reply == Reply.of(pause.reason):
                raise OutageError(text, refused=True)
            if failed_emails.was_restored(tx, message.id):
                text += AGAIN
            has_failed = outbox.mark_failed(tx, message.id, now, text)
            has_survey = message.kind == CLOSURE and message.invitation_id
            if has_failed and has_survey and isinstance(error, NoSuchRecipientError):
                invitations.mark_bounced(tx, message.invitation_id or "", now)
            ours: list[str] = []
            if not self._accepted or self._refused >= ENOUGH:
                ours = about_us(failed_emails.since_success(tx))
            failed_emails.restore(tx, ours, now + FIRST_RETRY_PAUSE)
        if ours:
            raise OutageError(str(error), refused=True)
        log.warning("message %s was refused: %s", message.id, without_addresses(text))

    def _pause(self, message: OutboxMessage, error: OutageError, is_trial: bool) -> None:
        """Pause all emails and tell the admins once. The attempt counts if the message hung."""
        self._record()
        now, reason = self.clock(), without_addresses(str(error))
        with self.database.write() as tx:
            pause = send_pauses.extend(tx, send_pauses.ALL, reason, now, is_trial)
            attempts = int(error.attempted)
            later = max(pause.until, now + retry_pause(message.attempts) * attempts)
            outbox.put_back(tx, message.id, later, str(error), attempts)
            is_news = not pause.announced_at and (
                error.refused or pause.failures >= ANNOUNCED_FAILURES
            )
            if is_news:
                send_pauses.mark_announced(tx, now)
                queue_for_leads(tx, OUTAGE, self.announce_to, now)
        log.log(logging.ERROR if is_news else logging.INFO, "all emails pause: %s", reason)

    def _slow_down(self, message: OutboxMessage, error: SlowDownError) -> None:
        reason, now = without_addresses(str(error)), self.clock()
        with self.database.write() as tx:
            send_pauses.extend(tx, domain_of(message.recipient), reason, now)
        self._retry_later(message, error)

    def _retry_later(self, message: OutboxMessage, error: NotDeliveredError | str) -> None:
        now, attempts = self.clock(), message.attempts + 1
        with self.database.write() as tx:
            if now - message.created_at > GIVE_UP_AFTER and attempts >= MIN_ATTEMPTS:
                outbox.mark_failed(tx, message.id, now, f"given up: {error}")
                log.warning(
                    "message %s was given up: %s", message.id, without_addresses(str(error))
                )
            else:
                outbox.put_back(tx, message.id, now + retry_pause(message.attempts), str(error))
