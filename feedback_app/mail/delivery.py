"""Deliver what is due: claim (a lease), send, mark. Every message at least once, none lost."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from feedback_app.base.text import without_addresses
from feedback_app.database.contract import Database
from feedback_app.mail.closure import CLOSURE
from feedback_app.mail.notifications import ALERT
from feedback_app.mail.smtp import (
    NoSuchRecipientError,
    NotDeliveredError,
    Postman,
    RefusedError,
)
from feedback_app.records import OutboxMessage
from feedback_app.store import invitations, outbox

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
# A message is handed in with some ten commands, and the server may take its time for each. One
# that is not begun this long before the lease ends is given back, or two workers would send it.
LONGEST_SEND = timedelta(minutes=6)
ROUND = 10
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
GIVE_UP_AFTER = timedelta(hours=96)
# Age alone proves nothing: no worker may have been running. These take about three days.
FEWEST_TRIES = 40


def deliver_due(
    database: Database,
    postman: Postman,
    link_lifetime: timedelta,
    clock: Callable[[], datetime],
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Send every message that is due, and return how many were accepted.

    A message is claimed for `LEASE`; a worker that dies leaves it to the next one, which sends it
    with the same Message-ID. A passing failure is tried again with doubling pauses for
    `GIVE_UP_AFTER`, and at least `FEWEST_TRIES` times; a refusal for good is set aside and shown.
    Once `stopping` says so no further message is begun, and the claimed ones are given back.
    """
    accepted = 0
    while not stopping():
        now = clock()
        with database.write() as tx:
            # A lead hears of a low answer within a minute, however many mails are waiting.
            messages = outbox.claim(tx, now, now + LEASE, ROUND, ALERT)
            messages = messages or outbox.claim(tx, now, now + LEASE, ROUND)
        if not messages:
            return accepted
        try:
            for at, message in enumerate(messages):
                if stopping() or clock() > now + LEASE - LONGEST_SEND:
                    _give_back(database, messages[at:])
                    break
                accepted += _deliver(database, postman, message, link_lifetime, clock)
        finally:
            postman.close()
    return accepted


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after this many tries in vain: 1, 2, 4 … minutes, 2 hours at most."""
    doublings = min(attempts, 20)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _deliver(
    database: Database,
    postman: Postman,
    message: OutboxMessage,
    link_lifetime: timedelta,
    clock: Callable[[], datetime],
) -> bool:
    if not outbox.is_wanted(database, message.id):
        return False
    try:
        postman.deliver(message)
    except NotDeliveredError as error:
        _try_later(database, message, str(error), clock())
        return False
    except RefusedError as error:
        _set_aside(database, message, error, clock())
        return False
    except Exception as error:
        # Whatever it is, it may not starve the messages that were claimed along with this one.
        # Only its kind is kept: what it says may quote the message.
        log.warning("message %s could not be sent: %s", message.id, type(error).__name__)
        _try_later(database, message, f"unforeseen: {type(error).__name__}", clock())
        return False
    now = clock()
    with database.write() as tx:
        if not outbox.is_wanted(tx, message.id):
            postman.take_back(message)
        outbox.mark_sent(tx, message.id, now)
        if message.kind == CLOSURE and message.invitation_id:
            invitations.hand_over(tx, message.invitation_id, now, now + link_lifetime)
    return True


def _give_back(database: Database, messages: list[OutboxMessage]) -> None:
    with database.write() as tx:
        for message in messages:
            outbox.release(tx, message.id)


def _set_aside(
    database: Database, message: OutboxMessage, error: RefusedError, now: datetime
) -> None:
    with database.write() as tx:
        outbox.set_aside(tx, message.id, now, str(error))
        asks = message.kind == CLOSURE and message.invitation_id
        if asks and isinstance(error, NoSuchRecipientError):
            invitations.mark_bounced(tx, message.invitation_id or "", now)
    log.warning("message %s is set aside: %s", message.id, without_addresses(str(error)))


def _try_later(database: Database, message: OutboxMessage, error: str, now: datetime) -> None:
    with database.write() as tx:
        tries = message.attempts + 1
        if now - message.created_at > GIVE_UP_AFTER and tries >= FEWEST_TRIES:
            outbox.set_aside(tx, message.id, now, f"given up: {error}")
            log.warning("message %s is given up: %s", message.id, without_addresses(error))
        else:
            outbox.put_back(tx, message.id, now + pause_after(message.attempts), error)
